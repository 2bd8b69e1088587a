/**
 * A service under full load for minutes, with a collector that fails from time to time: whether memory stays flat, and
 * whether telemetry is lost. `--help` says the rest.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/core/clock.ts'
import { describeMachine } from '../loss/results.ts'
import { runCommand, UsageError } from '../run-command.ts'
import { type StoredSoak, toPage } from './page.ts'
import { type Sample, soak } from './soak.ts'
import { judge } from './verdict.ts'

const PAGE = fileURLToPath(new URL('../../docs/benchmarks/soak.md', import.meta.url))
const LATEST = fileURLToPath(new URL('results/latest.json', import.meta.url))
const MIB = 1024 * 1024
const HELP = `Usage: npm run soak -- [options]

  --minutes N       how long (default 10)
  --connections N   clients, each of which always waits for an answer (default 8)
  --seed N          of the outages (default 1)
  --json            only the result on standard output, in JSON
  --page            measures nothing: writes docs/benchmarks/soak.md from the latest result
  --help

Exit code 1 when telemetry is lost, counted wrongly or not delivered. Of memory it is said whether it is flat.
`

const OPTIONS = {
  minutes: { type: 'string', default: '10' },
  connections: { type: 'string', default: '8' },
  seed: { type: 'string', default: '1' },
  json: { type: 'boolean', default: false },
  page: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) return void process.stdout.write(HELP)
  if (values.page) return writePage()
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  process.once('SIGTERM', () => abort.abort())
  const date = new Date().toISOString()
  const result = await soak({
    clock: systemClock,
    minutes: toNumber('minutes', values.minutes),
    connections: Math.ceil(toNumber('connections', values.connections)),
    seed: toNumber('seed', values.seed),
    abort: abort.signal,
    onSample: (sample) => process.stderr.write(`${describeSample(sample)}\n`),
  })
  const verdict = judge(result)
  const stored: StoredSoak = { date, ...describeMachine(), ...result, verdict }
  mkdirSync(fileURLToPath(new URL('results/', import.meta.url)), { recursive: true })
  writeFileSync(LATEST, `${JSON.stringify(stored)}\n`)
  for (const fault of verdict.faults) process.stderr.write(`✗ ${fault}\n`)
  if (verdict.faults.length > 0) process.exitCode = 1
  if (values.json) process.stdout.write(`${JSON.stringify(stored)}\n`)
  else process.stdout.write(`${toPage(stored)}\n`)
}

function writePage(): void {
  let text: string
  try {
    text = readFileSync(LATEST, 'utf8')
  } catch {
    throw new UsageError('There is no result yet: npm run soak')
  }
  writeFileSync(PAGE, toPage(JSON.parse(text) as StoredSoak))
  process.stderr.write(`wrote ${PAGE}\n`)
}

function describeSample({ atMs, rss, heapUsed, external, orders, spoolBytes, descriptors, sockets }: Sample): string {
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1)
  return `${Math.round(atMs / 1000)} s: ${orders} orders, RSS ${mib(rss)}, heap ${mib(heapUsed)}, external ${mib(external)}, spool ${mib(spoolBytes)} MiB, ${descriptors} descriptors, ${sockets} sockets`
}

function toNumber(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new UsageError(`--${name} must be a number above 0, not "${text}".`)
  return value
}
