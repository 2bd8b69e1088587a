/**
 * What telemetry costs a service, in processor time, latency, memory and start-up: ours beside bare Node and its peers,
 * in turn in one invocation. `--help` says the rest; docs/benchmarks/telemetry.md says what is measured and how.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { nodeBinary } from '../../scripts/node-binary.ts'
import { NODE_VERSIONS } from '../../scripts/node-versions.ts'
import { chosen, wholeNumber } from '../arguments.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { report, runCommand, untilInterrupted } from '../run-command.ts'
import { problemsOf } from './check.ts'
import { Load, limitOf } from './load.ts'
import { measureInProcess, measurePauses, measureSpans, measureStarts, type MomentOptions } from './moments.ts'
import { toPage } from './page.ts'
import { CAN_PIN } from './pinned-process.ts'
import { keepProfiles, profileMissed } from './kept-profiles.ts'
import { profile, type ProfileKind } from './profile.ts'
import type { Measurement, NodeMeasurement } from './results.ts'
import { toJsonRows, toRows } from './rows.ts'
import { buildSeaworthy } from './seaworthy-build.ts'
import * as settings from './settings.ts'
import { Sink } from './sink.ts'
import { toTable } from './table.ts'
import { tourInLegs } from './legs.ts'
import { BARE_AGAIN, BARE_POSTING, type Variant, VARIANTS, versionsOfPeers } from './variants.ts'

const KEPT = new KeptResults<Measurement>({ folder: 'telemetry', script: 'bench:telemetry', page: 'telemetry', toPage })
const NEWEST_NODE = NODE_VERSIONS.at(-1) ?? process.versions.node
const PARTS = ['tour', 'in-process', 'starts', 'pauses', 'spans', 'newest-node', 'profiles'] as const
const KINDS: readonly ProfileKind[] = ['load', 'in-process', 'start', 'memory']
const HELP = `Usage: npm run bench:telemetry -- [options]

  --only A,B        these variants: exact names, or "seaworthy" for all of ours, "stock" for all of the stock SDK
  --parts A,B       these parts: ${PARTS.join(', ')}
  --rounds N        rounds of the tour (default ${settings.ROUNDS})
  --quick           bare, the stock SDK and ours in the tour alone, within a minute
  --json            only an array of { variant, samplingRatio, throughputRatio, cpuAddedUs, p99Ratio, rssMiB } on
                    standard output
  --check           fails unless every request was answered and spans are as many as the sampling says, whatever the times
  --profile NAME    runs one variant and says where its time goes; what V8 wrote stays in build/bench-telemetry/profiles
  --kind KIND       of the profile: ${KINDS.join(', ')} (default load)
  --package FOLDER  measures this build of ours in place of one that is made now
  --page            measures nothing: writes docs/benchmarks/telemetry.md from the newest full measurement
  --list            the variants
  --help
`

/** What is measured on the newest Node as well. */
const OTHER_NODE_PARTS: readonly string[] = ['tour', 'in-process', 'starts', 'pauses']

const OPTIONS = {
  only: { type: 'string' },
  parts: { type: 'string' },
  rounds: { type: 'string' },
  package: { type: 'string' },
  profile: { type: 'string' },
  kind: { type: 'string', default: 'load' },
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values']

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) process.stdout.write(HELP)
  else if (values.list) process.stdout.write(VARIANTS.map(({ name, setup }) => `${name}: ${setup}\n`).join(''))
  else if (values.page) KEPT.writePage()
  else await measure(values)
}

async function measure(values: Values): Promise<void> {
  const variants = chosenVariants(values)
  const parts = chosenParts(values)
  const rounds = wholeNumber('rounds', values.rounds, {
    fallback: values.quick ? settings.QUICK_ROUNDS : settings.ROUNDS,
  })
  const startedAt = performance.now()
  const origin = measuredOn('telemetry')
  const abort = untilInterrupted()
  const troubles: string[] = []
  const seaworthy = values.package === undefined ? buildSeaworthy() : resolve(values.package)
  await using sink = await Sink.start()
  await using load = await Load.start()
  const common: Omit<MomentOptions, 'variants' | 'node'> = {
    seaworthy,
    sink,
    load,
    abort,
    onProgress: (line) => process.stderr.write(`${line}\n`),
    onTrouble(variant, error) {
      troubles.push(variant)
      process.stderr.write(`! ${variant}: ${error instanceof Error ? error.message : String(error)}\n`)
    },
  }
  if (values.profile !== undefined) {
    const [variant] = chosenVariants({ ...values, only: values.profile })
    const [kind] = chosen('kind', values.kind, KINDS, (one) => [one])
    if (variant !== undefined && kind !== undefined)
      process.stdout.write(await profile({ variant, kind, node: process.execPath, seaworthy, sink, load }))
    return
  }
  if (!CAN_PIN) process.stderr.write('! processes are not tied to processors here: take the figures with care\n')
  const loadLimitPerS = await limitOf(load)
  const untilOf = (ms: number): number => startedAt + (values.quick ? settings.QUICK_BUDGET_MS : ms)
  const until = untilOf(settings.BUDGET_MS)
  const own = await measureNode({ ...common, variants, node: process.execPath }, values, { rounds, parts, until })
  const nodes = [own]
  const binaries = [process.execPath]
  if (parts.has('newest-node') && !abort.aborted) {
    const node = await nodeBinary(NEWEST_NODE)
    const measured = await measureNode(
      { ...common, variants: variants.filter(({ isOnOtherNode }) => isOnOtherNode), node },
      values,
      {
        rounds: Math.min(rounds, settings.OTHER_NODE_ROUNDS),
        parts: new Set(OTHER_NODE_PARTS.filter((part) => parts.has(part))),
        until: untilOf(settings.OTHER_NODE_BUDGET_MS),
      },
    )
    binaries.push(node)
    nodes.push({ ...measured, node: `v${NEWEST_NODE}` })
  }
  if (abort.aborted) {
    process.exitCode = 130
    return
  }
  const profiles = new Map<string, string>()
  for (const [index, measured] of nodes.entries()) {
    if (!parts.has('profiles')) break
    const node = binaries[index] ?? process.execPath
    for (const [file, text] of await profileMissed(measured, { node, seaworthy, sink, load })) profiles.set(file, text)
  }
  const measurement: Measurement = {
    ...origin,
    isPinned: CAN_PIN,
    loadLimitPerS,
    tookMs: Math.round(performance.now() - startedAt),
    versions: versionsOfPeers(),
    troubles,
    nodes,
    profiles: [...profiles.keys()],
  }
  if (troubles.length > 0) process.exitCode = 1
  // Anything less is no basis for the page.
  const isFull = !values.quick && values.only === undefined && values.parts === undefined && rounds >= settings.ROUNDS
  const isComplete = variants.every(
    ({ name, family }) => family === 'peer' || own.tour.some((cell) => cell.variant === name),
  )
  const forPage = isFull && isComplete
  KEPT.store(measurement, { forPage })
  if (forPage) keepProfiles(profiles)
  const rows = toRows(own.tour)
  if (values.check)
    report(problemsOf(own.tour, variants), 'every request was answered, and left the spans that it should')
  process.stdout.write(values.json ? `${JSON.stringify(toJsonRows(rows))}\n` : `${toTable(rows)}\n`)
}

interface Extent {
  readonly rounds: number
  readonly parts: ReadonlySet<string>
  /** When no further round is begun, by `performance.now()`. */
  readonly until: number
}

async function measureNode(options: MomentOptions, values: Values, extent: Extent): Promise<NodeMeasurement> {
  const { rounds, parts, until } = extent
  const { variants } = options
  const like = (test: (variant: Variant) => boolean): MomentOptions => ({ ...options, variants: variants.filter(test) })
  const measured = {
    inProcess: parts.has('in-process') ? await measureInProcess(like(isInProcess)) : [],
    starts: parts.has('starts') ? await measureStarts(like(isStarted)) : [],
    pauses: parts.has('pauses') ? await measurePauses(like(isWatched)) : [],
    spans: parts.has('spans') ? await measureSpans(like(isOfSpans)) : [],
  }
  const quick = { sliceMs: settings.QUICK_SLICE_MS, leadInMs: 0, warmUpMs: settings.QUICK_SLICE_MS }
  const tourCells = parts.has('tour')
    ? await tourInLegs({
        ...options,
        rounds,
        until,
        ...(values.quick ? quick : {}),
      })
    : []
  return { node: process.version, tour: tourCells, ...measured }
}

/** Traces alone, in the plain service: what differs is then the telemetry. */
function isPlain({ service, name }: Variant): boolean {
  return service === 'node-http.cjs' && !name.includes(' + ') && name !== BARE_AGAIN && name !== BARE_POSTING
}

function isInProcess(variant: Variant): boolean {
  if (variant.name === BARE_POSTING) return true
  return isPlain(variant) && variant.family !== 'peer' && variant.protocol === 'http' && !variant.name.includes('spool')
}

function isStarted(variant: Variant): boolean {
  const isWhole = variant.name.includes('register') || variant.name.includes('createService')
  return (
    isWhole || (isPlain(variant) && (variant.family === 'none' || variant.samplingRatio === 1)) || isFastify(variant)
  )
}

function isFastify({ service, samplingRatio, family }: Variant): boolean {
  return service === 'fastify.cjs' && (family === 'none' || samplingRatio === 1)
}

function isWatched(variant: Variant): boolean {
  if (variant.family === 'peer') return false
  return isPlain(variant) ? variant.samplingRatio !== 0.1 : variant.name.endsWith('100 % + metrics')
}

function isOfSpans(variant: Variant): boolean {
  return isPlain(variant) && (variant.family === 'ours' || variant.family === 'stock') && variant.samplingRatio === 1
}

function chosenVariants({ only, quick }: Pick<Values, 'only' | 'quick'>): readonly Variant[] {
  if (only === undefined) return VARIANTS.filter(({ isQuick }) => !quick || isQuick)
  const groups: Readonly<Record<string, string>> = { ours: 'seaworthy', stock: 'stock' }
  return chosen('only', only, VARIANTS, ({ name, family }) => [name, groups[family] ?? name])
}

function chosenParts({ parts, quick }: Values): ReadonlySet<string> {
  return new Set(chosen('parts', parts ?? (quick ? 'tour' : undefined), PARTS, (part) => [part]))
}
