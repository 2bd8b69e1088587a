/**
 * What a kubelet hears: probes of ours and of other packages while the event loop is busy, stuck or asked by many at once.
 * `--help` says the rest; docs/benchmarks/health.md says what is measured and how.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chosen, wholeNumber } from '../arguments.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { report, runCommand, untilInterrupted } from '../run-command.ts'
import { buildSeaworthy } from '../telemetry/seaworthy-build.ts'
import { inCalm, inStorm, type MomentOptions, whileSaturated, whileStuck } from './moments.ts'
import { toPage, toText } from './page.ts'
import { type Measurement, problemsOf, type Sample, toRows } from './rows.ts'
import { PROCESSORS, ServiceUnderProbes, type StartOptions } from './service-under-probes.ts'
import { QUICK_SCALE, ROUNDS } from './settings.ts'
import { VARIANTS } from './variants.ts'

const KEPT = new KeptResults<Measurement>({
  folder: 'health',
  script: 'bench:health',
  page: 'health',
  toPage,
  // Hundreds of times each, of which nobody wants to see one a line.
  toText: (measurement) => `${JSON.stringify(measurement)}\n`,
})
const HELP = `Usage: npm run bench:health -- [options]

  --only A,B        these: ${VARIANTS.map(({ name }) => `"${name}"`).join(', ')},
                    or "ours" and "peer" for all of them
  --rounds N        of every variant (default ${ROUNDS})
  --quick           one round, shorter times, ours and by hand: about a minute
  --json            only an array of rows on standard output
  --check           fails when ours does not keep what it promises
  --package FOLDER  measures this build of ours in place of one that is made now
  --page            measures nothing: writes docs/benchmarks/health.md from the latest full measurement
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
  const named = chosen('only', values.only, VARIANTS, ({ name, family }) => [name, family])
  const variants = values.quick && values.only === undefined ? named.filter(({ family }) => family !== 'peer') : named
  const rounds = wholeNumber('rounds', values.rounds, { fallback: values.quick ? 1 : ROUNDS })
  const scale = values.quick ? QUICK_SCALE : 1
  const startedAt = performance.now()
  const origin = measuredOn('health')
  const abort = untilInterrupted()
  const seaworthy = values.package === undefined ? buildSeaworthy() : resolve(values.package)
  const samples: Sample[] = []
  const troubles: string[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const processors of PROCESSORS) {
      for (const variant of variants) {
        if (abort.aborted) break
        try {
          samples.push(await measureOne({ variant, processors, seaworthy }, { scale, abort }))
          process.stderr.write(`${variant.name}, ${processors}: round ${round} of ${rounds} is done\n`)
        } catch (error) {
          troubles.push(`${variant.name}, ${processors}, round ${round}`)
          process.stderr.write(`! ${variant.name}: ${error instanceof Error ? error.message : String(error)}\n`)
        }
      }
    }
  }
  if (abort.aborted) {
    process.exitCode = 130
    return
  }
  const tookMs = Math.round(performance.now() - startedAt)
  const measurement: Measurement = { ...origin, tookMs, scale, samples, troubles }
  const isFull = !values.quick && values.only === undefined && rounds >= ROUNDS && troubles.length === 0
  if (troubles.length > 0) process.exitCode = 1
  KEPT.store(measurement, { forPage: isFull })
  if (values.check)
    report(problemsOf(measurement), 'a busy loop lives, a stuck one does not, and both are told in time')
  const rows = toRows(samples)
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${toText(rows)}\n`)
}

/** Calm and storm in one process, the busy loop in another, the stuck one in a third, which does not survive it. */
async function measureOne(start: StartOptions, options: MomentOptions): Promise<Sample> {
  const alone = async <T>(measured: (service: ServiceUnderProbes) => Promise<T>): Promise<T> => {
    await using service = await ServiceUnderProbes.start(start)
    return await measured(service)
  }
  const quiet = await alone(async (service) => ({
    calm: await inCalm(service, options),
    storm: await inStorm(service),
  }))
  return {
    variant: start.variant.name,
    processors: start.processors,
    ...quiet,
    saturated: await alone((service) => whileSaturated(service, options)),
    stuck: await alone((service) => whileStuck(service, options)),
  }
}
