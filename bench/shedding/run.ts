/**
 * What is left of a service that gets twice what it can do: how much is served in time, what the others are told, and what
 * its probes say. `--help` says the rest; docs/benchmarks/shedding.md says what is measured and how.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { chosen, wholeNumber } from '../arguments.ts'
import { PROCESSORS, ServiceUnderProbes, type StartOptions } from '../health/service-under-probes.ts'
import type { Variant } from '../health/variants.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { report, runCommand, untilInterrupted } from '../run-command.ts'
import { buildSeaworthy } from '../telemetry/seaworthy-build.ts'
import { overload, overloadFresh } from './overload.ts'
import { toPage, toText } from './page.ts'
import { type Measurement, problemsOf, type Sample, toRows } from './rows.ts'
import { QUICK_SCALE, ROUNDS, WORK_MS } from './settings.ts'
import { OURS, OURS_OFF, VARIANTS } from './variants.ts'

const KEPT = new KeptResults<Measurement>({ folder: 'shedding', script: 'bench:shedding', page: 'shedding', toPage })
const HELP = `Usage: npm run bench:shedding -- [options]

  --only A,B        these: ${VARIANTS.map(({ name }) => `"${name}"`).join(', ')},
                    or "ours" and "peer" for all of them
  --rounds N        of every variant (default ${ROUNDS})
  --quick           one round, shorter times, ours without and with it: under a minute
  --json            only an array of rows on standard output
  --check           fails when ours does not keep what it promises
  --package FOLDER  measures this build of ours in place of one that is made now
  --page            measures nothing: writes docs/benchmarks/shedding.md from the latest full measurement
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
  const isShort = values.quick && values.only === undefined
  const variants = isShort ? named.filter(({ name }) => name === OURS || name === OURS_OFF) : named
  const rounds = wholeNumber('rounds', values.rounds, { fallback: values.quick ? 1 : ROUNDS })
  const scale = values.quick ? QUICK_SCALE : 1
  const startedAt = performance.now()
  const origin = measuredOn('shedding')
  const abort = untilInterrupted()
  const seaworthy = values.package === undefined ? buildSeaworthy() : resolve(values.package)
  const samples: Sample[] = []
  const troubles: string[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const processors of PROCESSORS) {
      if (abort.aborted) break
      const alone = withService({ processors, seaworthy })
      for (const variant of variants) {
        if (abort.aborted) break
        try {
          const measured = await alone(variant, (service) => overload(service, { scale, abort }))
          const fresh =
            processors === PROCESSORS[0]
              ? await alone(variant, (service) => overloadFresh(service, { scale, abort }))
              : undefined
          samples.push({ variant: variant.name, processors, ...measured, fresh })
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
    report(problemsOf(measurement), 'under twice its load it serves most of what it can, refuses the rest, and lives')
  const rows = toRows(samples)
  process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${toText(rows)}\n`)
}

/** Each measurement has a process of its own. */
function withService(start: Pick<StartOptions, 'processors' | 'seaworthy'>) {
  const services = new URL('services/', import.meta.url)
  return async <T>(variant: Variant, measured: (service: ServiceUnderProbes) => Promise<T>): Promise<T> => {
    const env = { ...variant.env, BENCH_WORK_MS: String(WORK_MS) }
    await using service = await ServiceUnderProbes.start({ ...start, services, variant: { ...variant, env } })
    return await measured(service)
  }
}
