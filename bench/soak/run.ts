/**
 * A service under full load for minutes, with a collector that fails from time to time: whether memory stays flat, and
 * whether telemetry is lost. `--help` says the rest.
 */
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/core/clock.ts'
import { positiveNumber, wholeNumber } from '../arguments.ts'
import { KeptResults } from '../kept-results.ts'
import { measuredOn } from '../measured-on.ts'
import { report, runCommand, untilInterrupted } from '../run-command.ts'
import { type StoredSoak, toPage } from './page.ts'
import { type Sample, soak } from './soak.ts'
import { judge } from './verdict.ts'

const KEPT = new KeptResults<StoredSoak>({
  folder: 'soak',
  script: 'soak',
  page: 'soak',
  toPage,
  toText: (stored) => `${JSON.stringify(stored)}\n`,
})
const MIB = 1024 * 1024
const FULL_MINUTES = 10
const HELP = `Usage: npm run soak -- [options]

  --minutes N       how long (default ${FULL_MINUTES})
  --connections N   clients, each of which always waits for an answer (default 8)
  --seed N          of the outages (default 1)
  --json            only the result on standard output, in JSON
  --check           fails also when memory, descriptors, sockets or timers grow
  --leak BYTES      shows that --check sees it: the service keeps so many bytes of each order
  --page            measures nothing: writes docs/benchmarks/soak.md from the latest result of ${FULL_MINUTES} minutes
  --help

Exit code 1 when telemetry is lost, counted wrongly or not delivered. Of growth it is said how large it is.
`

const OPTIONS = {
  minutes: { type: 'string', default: String(FULL_MINUTES) },
  connections: { type: 'string' },
  seed: { type: 'string' },
  leak: { type: 'string' },
  json: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) return void process.stdout.write(HELP)
  if (values.page) return KEPT.writePage()
  const minutes = positiveNumber('minutes', values.minutes)
  const leakBytes = wholeNumber('leak', values.leak, { fallback: 0, least: 0 })
  const abort = untilInterrupted()
  const origin = measuredOn('soak')
  const result = await soak({
    clock: systemClock,
    minutes,
    connections: wholeNumber('connections', values.connections, { fallback: 8 }),
    seed: wholeNumber('seed', values.seed, { fallback: 1, least: 0 }),
    leakBytes,
    abort,
    onSample: (sample) => process.stderr.write(`${describeSample(sample)}\n`),
  })
  if (abort.aborted) {
    process.exitCode = 130
    return
  }
  const verdict = judge(result)
  const stored: StoredSoak = { ...origin, ...result, verdict }
  KEPT.store(stored, { forPage: minutes >= FULL_MINUTES && leakBytes === 0 })
  const growth = values.check ? verdict.growth : []
  report([...verdict.faults, ...growth], 'nothing was lost, and every account balanced')
  if (!values.check) for (const grown of verdict.growth) process.stderr.write(`! ${grown}\n`)
  process.stdout.write(values.json ? `${JSON.stringify(stored)}\n` : `${toPage(stored)}\n`)
}

function describeSample({ atMs, rss, heapUsed, external, orders, spoolBytes, descriptors, sockets }: Sample): string {
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1)
  return `${Math.round(atMs / 1000)} s: ${orders} orders, RSS ${mib(rss)}, heap ${mib(heapUsed)}, external ${mib(external)}, spool ${mib(spoolBytes)} MiB, ${descriptors} descriptors, ${sockets} sockets`
}
