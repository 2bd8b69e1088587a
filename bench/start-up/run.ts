/**
 * From spawn to the first answer, and memory: each service of the example bare and on Seaworthy, in fresh processes,
 * interleaved round by round. Times are medians of this machine; only the differences within one run mean something.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import { freePort } from '../../src/process/free-port.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { wholeNumber } from '../arguments.ts'
import { type MeasuredOn, MACHINE, measuredOn, originOf } from '../measured-on.ts'
import { runCommand } from '../run-command.ts'
import { quantile } from '../statistics.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const BARE = ['--import', './bench/start-up/without-seaworthy.mjs']
const PAGE = fileURLToPath(new URL('../../docs/benchmarks/start-up.md', import.meta.url))
const REQUESTS = 500
const READY_LIMIT_MS = 30_000
const CLOCK_TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

interface Variant {
  readonly name: string
  readonly service: 'payments' | 'orders'
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface Sample {
  readonly readyMs: number
  readonly cpuMs: number
  readonly rssMiB: number
  readonly loadedRssMiB: number
}

export interface StartUpResult {
  readonly variant: string
  readonly rounds: number
  readonly median: Sample
  readonly min: Sample
}

const OPTIONS = {
  json: { type: 'boolean' },
  rounds: { type: 'string' },
  page: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const
const HELP =
  'Usage: npm run bench:start-up -- [--rounds N] [--json | --page]\n  --page  write docs/benchmarks/start-up.md\n'

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help === true) return void process.stdout.write(HELP)
  const origin = measuredOn('start-up')
  const results = await measureAll(wholeNumber('rounds', values.rounds, { fallback: 7 }))
  if (values.page === true) writeFileSync(PAGE, toPage(results, origin))
  process.stdout.write(values.json === true ? `${JSON.stringify(results)}\n` : `${toTable(results)}\n`)
}

async function measureAll(rounds: number): Promise<readonly StartUpResult[]> {
  await using receiver = createReceiver()
  const { endpoint } = await receiver.start()
  const variants = toVariants(endpoint)
  const samples = new Map<string, Sample[]>(variants.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round++) {
    for (const variant of variants) {
      process.stderr.write(`round ${round} of ${rounds}: ${variant.name}\n`)
      samples.get(variant.name)?.push(await measure(variant))
    }
  }
  return variants.map(({ name }) => summarise(name, samples.get(name) ?? []))
}

function toVariants(endpoint: string): readonly Variant[] {
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }
  return (['payments', 'orders'] as const).flatMap((service) => [
    { name: `${service}, bare`, service, args: [...BARE, `bench/start-up/${service}-bare.ts`], env: {} },
    {
      name: `${service}, Seaworthy without telemetry`,
      service,
      args: [`examples/orders/${service}/main.ts`],
      env: { OTEL_SDK_DISABLED: 'true' },
    },
    { name: `${service}, Seaworthy`, service, args: [`examples/orders/${service}/main.ts`], env: on },
    {
      name: `${service}, Seaworthy over grpc`,
      service,
      args: [`examples/orders/${service}/main.ts`],
      env: { ...on, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    },
  ])
}

async function measure({ service, args, env }: Variant): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
  const port = await freePort()
  const startedAt = performance.now()
  const owned = await OwnedProcess.start({
    command: process.execPath,
    args: [...args],
    cwd: ROOT,
    clock: systemClock,
    env: {
      PATH: process.env['PATH'],
      HTTP__PORT: String(port),
      SEAWORTHY_ADMIN_PORT: '0',
      SEAWORTHY_DRAIN_DELAY: '0',
      // A folder of its own: in the shared one, each process would clear up behind those that were killed before it.
      SEAWORTHY_SPOOL_DIR: join(folder, 'spool'),
      DATABASE__PATH: join(folder, 'orders.db'),
      PAYMENTS__URL: 'http://127.0.0.1:9',
      ...env,
    },
  })
  try {
    const path = service === 'orders' ? '/products' : '/payments/none'
    while (!(await answers(port, path))) {
      if (performance.now() - startedAt > READY_LIMIT_MS)
        throw new Error(`${service} did not answer within ${READY_LIMIT_MS} ms`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    const readyMs = performance.now() - startedAt
    const cpuMs = cpuOf(owned.pid)
    const rssMiB = rssOf(owned.pid)
    const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port })
    for (let sent = 0; sent < REQUESTS; sent++) await connection.request({ path })
    return { readyMs, cpuMs, rssMiB, loadedRssMiB: rssOf(owned.pid) }
  } finally {
    owned.signal('SIGKILL')
    await owned.exit
    rmSync(folder, { recursive: true, force: true })
  }
}

async function answers(port: number, path: string): Promise<boolean> {
  const result = await new RawConnection({ clock: systemClock, host: '127.0.0.1', port }).request({
    path,
    headers: { Connection: 'close' },
  })
  return result.outcome === 'answered'
}

function cpuOf(pid: number): number {
  // utime and stime: the 14th and 15th fields, counted after the command, which may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS
}

function rssOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

function summarise(variant: string, samples: readonly Sample[]): StartUpResult {
  const pick = (share: number): Sample => {
    const of = (key: keyof Sample): number =>
      Math.round(
        quantile(
          samples.map((sample) => sample[key]),
          share,
        ) * 10,
      ) / 10
    return { readyMs: of('readyMs'), cpuMs: of('cpuMs'), rssMiB: of('rssMiB'), loadedRssMiB: of('loadedRssMiB') }
  }
  return { variant, rounds: samples.length, median: pick(0.5), min: pick(0) }
}

function toPage(results: readonly StartUpResult[], origin: MeasuredOn): string {
  return `# Start-up and memory

What the runtime costs before the first request, and what it holds: the two services of the example bare (the same code
with nothing of Seaworthy behind it: no probes, no drain, no telemetry) and on Seaworthy, from \`dist\`, in fresh
processes, interleaved round by round. The telemetry goes to a receiver in the measuring process. Written by
\`npm run bench:start-up -- --page\` from ${originOf(origin)}; only differences within one run mean something.

${toTable(results)}
`
}

function toTable(results: readonly StartUpResult[]): string {
  return [
    `Node ${process.version}, ${MACHINE}, ${results[0]?.rounds} rounds, interleaved`,
    '',
    '| variant | spawn to first answer, median (min) ms | CPU ms | RSS MiB at the first answer | after 500 requests |',
    '|---|---|---|---|---|',
    ...results.map(
      ({ variant, median, min }) =>
        `| ${variant} | ${median.readyMs} (${min.readyMs}) | ${median.cpuMs} | ${median.rssMiB} | ${median.loadedRssMiB} |`,
    ),
  ].join('\n')
}
