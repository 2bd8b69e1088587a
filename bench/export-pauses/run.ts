/**
 * How long the event loop works without a break because telemetry is exported: ours and the stock SDK beside the same work
 * with none. `--help` says the rest; docs/benchmarks/export-pauses.md says what is measured and how.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chosen, wholeNumber } from '../arguments.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { report, runCommand, untilInterrupted } from '../run-command.ts'
import { CAN_PIN } from '../telemetry/pinned-process.ts'
import { buildSeaworthy } from '../telemetry/seaworthy-build.ts'
import { Collector } from './collector.ts'
import { measureVariant, type Sample } from './measure.ts'
import { toPage, toText } from './page.ts'
import { type Measurement, problemsOf, toRows } from './rows.ts'
import { QUICK_SCALE, ROUNDS } from './settings.ts'
import { VARIANTS } from './variants.ts'

const KEPT = new KeptResults<Measurement>({
  folder: 'export-pauses',
  script: 'bench:pauses',
  page: 'export-pauses',
  toPage,
})
const HELP = `Usage: npm run bench:pauses -- [options]

  --only A,B        these: ${VARIANTS.map(({ name }) => `"${name}"`).join(', ')},
                    or "seaworthy" for all of ours, "stock" for all of the stock SDK; bare is always measured
  --rounds N        of every variant (default ${ROUNDS})
  --quick           one round, shorter times and three variants, under two minutes
  --json            only an array of { moment, variant, turns, over1Ms, over2Ms, over5Ms, over10Ms, longestMs, … }
                    on standard output
  --check           fails when export was not at work, or ours worked for more than 10 ms without a break more often than bare
  --package FOLDER  measures this build of ours in place of one that is made now
  --page            measures nothing: writes docs/benchmarks/export-pauses.md from the latest full measurement
  --help
`

const OPTIONS = {
  only: { type: 'string' },
  rounds: { type: 'string' },
  package: { type: 'string' },
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

type Values = ReturnType<typeof parseArgs<{ readonly options: typeof OPTIONS }>>['values']

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) process.stdout.write(HELP)
  else if (values.page) KEPT.writePage()
  else await measure(values)
}

async function measure(values: Values): Promise<void> {
  const variants = chosenVariants(values)
  const rounds = wholeNumber('rounds', values.rounds, { fallback: values.quick ? 1 : ROUNDS })
  const scale = values.quick ? QUICK_SCALE : 1
  const startedAt = performance.now()
  const origin = measuredOn('export-pauses')
  const abort = untilInterrupted()
  const seaworthy = values.package === undefined ? buildSeaworthy() : resolve(values.package)
  if (!CAN_PIN) process.stderr.write('! processes are not tied to processors here: take the figures with care\n')
  await using collector = await Collector.start()
  const samples: Sample[] = []
  const troubles: string[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const variant of variants) {
      if (abort.aborted) break
      try {
        samples.push(...(await measureVariant(variant, { seaworthy, collector, scale, abort })))
        process.stderr.write(`${variant.name}: round ${round} of ${rounds} is done\n`)
      } catch (error) {
        troubles.push(`${variant.name}, round ${round}`)
        process.stderr.write(`! ${variant.name}: ${error instanceof Error ? error.message : String(error)}\n`)
      }
    }
  }
  if (abort.aborted) {
    process.exitCode = 130
    return
  }
  const tookMs = Math.round(performance.now() - startedAt)
  const measurement: Measurement = { ...origin, isPinned: CAN_PIN, tookMs, scale, samples, troubles }
  const isFull = !values.quick && values.only === undefined && rounds >= ROUNDS && troubles.length === 0
  if (troubles.length > 0) process.exitCode = 1
  KEPT.store(measurement, { forPage: isFull })
  if (values.check) report(problemsOf(measurement, variants), 'export was at work, and made the loop wait for nobody')
  const rows = toRows(samples)
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${toText(rows)}\n`)
}

function chosenVariants({ only, quick }: Values): typeof VARIANTS {
  if (only === undefined) return VARIANTS.filter(({ isQuick }) => !quick || isQuick)
  const groups = { none: [], ours: ['seaworthy'], stock: ['stock'] } as const
  const named = chosen('only', only, VARIANTS, ({ name, family }) => [name, ...groups[family]])
  return VARIANTS.filter((variant) => variant.family === 'none' || named.includes(variant))
}
