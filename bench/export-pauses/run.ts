/**
 * How long the event loop of a service stands still because it exports: beside the same service that exports nothing.
 * Each turn of the loop is watched; one of more than 2 ms is a pause. Meant for a machine that does nothing else: `idle`
 * says how far it is one.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runCommand, UsageError } from '../run-command.ts'
import { PAUSE_MS, type PausesSummary } from './pauses.ts'

const RATE_PER_S = 5000
const WARM_UP_MS = 3000
const ADOPTED_CHUNKS = 20_000
/** How long any process here may take besides the time in which it is watched. */
const LIMIT_MS = 30_000
const HERE = fileURLToPath(new URL('.', import.meta.url))
const HELP = `Usage: node bench/export-pauses/run.ts [options]

  --only A,B     these: ${['idle', 'http', 'http+gzip', 'grpc', 'grpc+gzip', 'adoption'].join(', ')}
  --seconds N    how long each is watched (default 15)
  --json         only an array on standard output
  --help
`

interface Variant {
  readonly name: string
  readonly protocol?: 'http' | 'grpc'
  readonly isCompressed?: boolean
  /** What an earlier process left is adopted and sent while the loop is watched from the start. */
  readonly isAdopting?: boolean
}

const VARIANTS: readonly Variant[] = [
  { name: 'idle' },
  { name: 'http', protocol: 'http' },
  { name: 'http+gzip', protocol: 'http', isCompressed: true },
  { name: 'grpc', protocol: 'grpc' },
  { name: 'grpc+gzip', protocol: 'grpc', isCompressed: true },
  { name: 'adoption', protocol: 'http', isAdopting: true },
]

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      seconds: { type: 'string', default: '15' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return void process.stdout.write(HELP)
  const watchMs = Number(values.seconds) * 1000
  if (!(watchMs > 0)) throw new UsageError(`--seconds must be a number above 0, not "${values.seconds}".`)
  const names = values.only?.split(',')
  const unknown = names?.filter((name) => !VARIANTS.some((variant) => variant.name === name)) ?? []
  if (unknown.length > 0) throw new UsageError(`--only: there is no ${unknown.join(', ')}; --help says more.`)
  const rows: ({ readonly variant: string } & PausesSummary)[] = []
  for (const variant of VARIANTS) {
    if (names !== undefined && !names.includes(variant.name)) continue
    rows.push({ variant: variant.name, ...(await measure(variant, watchMs)) })
    if (!values.json) process.stderr.write(`${JSON.stringify(rows.at(-1))}\n`)
  }
  if (values.json) process.stdout.write(`${JSON.stringify(rows)}\n`)
  else process.stderr.write(`pauses: turns of the loop of more than ${PAUSE_MS} ms; idle shows those of the machine\n`)
}

async function measure(variant: Variant, watchMs: number): Promise<PausesSummary> {
  const spoolDir = mkdtempSync(join(tmpdir(), 'bench-pauses-'))
  const sink = variant.protocol && (await begin('sink.ts', [variant.protocol], {}, LIMIT_MS + watchMs))
  try {
    const port = await sink?.said('#port')
    const env = {
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_TRACES_EXPORTER: variant.protocol === undefined ? 'none' : 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port ?? 4318}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: variant.protocol === 'grpc' ? 'grpc' : 'http/protobuf',
      OTEL_EXPORTER_OTLP_COMPRESSION: variant.isCompressed === true ? 'gzip' : 'none',
      SEAWORTHY_SPOOL_DIR: spoolDir,
    }
    if (variant.isAdopting === true) {
      const one = { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1', PAUSES_LEAVE: String(ADOPTED_CHUNKS) }
      await (
        await begin('service.ts', [], { ...env, ...one }, LIMIT_MS)
      ).exit
    }
    const service = await begin(
      'service.ts',
      [],
      {
        ...env,
        PAUSES_RATE: String(RATE_PER_S),
        PAUSES_WARM_UP_MS: variant.isAdopting === true ? '0' : String(WARM_UP_MS),
        PAUSES_WATCH_MS: String(watchMs),
      },
      LIMIT_MS + watchMs,
    )
    return JSON.parse(await service.said('#pauses')) as PausesSummary
  } finally {
    sink?.end()
    await sink?.exit
    rmSync(spoolDir, { recursive: true, force: true })
  }
}

interface Started {
  /** What comes after a word at the beginning of a line. */
  said(word: string): Promise<string>
  readonly exit: Promise<void>
  end(): void
}

async function begin(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  limitMs: number,
): Promise<Started> {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--conditions=seaworthy-source', join(HERE, file), ...args],
    { env: { PATH: process.env['PATH'], ...env }, stdio: ['pipe', 'pipe', 'ignore'], timeout: limitMs },
  )
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const lines: string[] = []
  let tell = (): void => {}
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      tell()
    })
  }
  return {
    exit,
    end: () => void child.stdin?.end(),
    said(word) {
      const find = (): string | undefined => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1)
      return new Promise((resolve, reject) => {
        tell = (): void => {
          const found = find()
          if (found !== undefined) resolve(found)
        }
        tell()
        void exit.then(() => reject(new Error(`${file} ended without a word`)))
      })
    },
  }
}
