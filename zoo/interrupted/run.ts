/** Runs `seaworthy trial` many times and interrupts most of the runs at any moment: whether one of them leaves anything. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runCommand, untilInterrupted, UsageError } from '../../bench/run-command.ts'
import { ROOT } from '../../scripts/repository-files.ts'
import { Random } from '../../src/load/random.ts'
import { origin } from '../runner/kept.ts'
import { type PlannedRun, planRun } from './planned-run.ts'
import { mountsNow, tracesOf } from './traces.ts'

const HELP = `Usage: npm run zoo:interrupted -- [options]

  --runs N       how many runs                    (default 50)
  --together N   how many at a time               (default 2)
  --seed N       the same runs again              (default by chance)
  --keep         keeps the outcome in zoo/results/interrupted.json
  --help

Four of five runs get SIGINT, SIGTERM or SIGHUP at any moment of their first minute, some of them twice. After each, nothing
may be left: no process, no file in its working folder or that of temporary files, no mount. Linux only.
The last line is "N passed, N failed", in runs. Exit code 1 when a run left something.
`

const OPTIONS = {
  runs: { type: 'string', default: '50' },
  together: { type: 'string', default: '2' },
  seed: { type: 'string' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

const MAIN = join(ROOT, 'src/cli/main.ts')
/** The longest run, with all it starts on a busy machine: one that is still there hangs. */
const LONGEST_MS = 10 * 60_000
/** A process that was killed is reaped a moment later. */
const SETTLE_MS = 500

interface EndedRun extends PlannedRun {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly tookMs: number
  /** From the signal to the end. */
  readonly endedAfterMs?: number
  readonly left: readonly string[]
}

await runCommand(main)

async function main(): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS })
  if (values.help) return void process.stdout.write(HELP)
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : whole('seed', values.seed)
  const random = new Random(seed)
  const measuredOn = origin()
  const planned = Array.from({ length: whole('runs', values.runs) }, () => planRun(random))
  const given = untilInterrupted()
  const ended: EndedRun[] = []
  const waiting = planned.entries()
  process.stderr.write(`${planned.length} runs, --seed ${seed}\n`)
  const lane = async (): Promise<void> => {
    for (const [index, run] of waiting) {
      if (given.aborted) return
      const outcome = await sail(run, given)
      ended.push(outcome)
      process.stderr.write(`${index + 1}/${planned.length} ${describe(outcome)}\n`)
    }
  }
  await Promise.all(Array.from({ length: whole('together', values.together) }, lane))
  const failed = ended.filter(({ left }) => left.length > 0).length
  if (values.keep) {
    const path = join(ROOT, 'zoo/results/interrupted.json')
    mkdirSync(join(ROOT, 'zoo/results'), { recursive: true })
    writeFileSync(path, `${JSON.stringify({ origin: measuredOn, seed, runs: ended }, undefined, 2)}\n`)
  }
  if (given.aborted) process.exitCode = 130
  else if (failed > 0 || ended.length === 0) process.exitCode = 1
  process.stdout.write(`${ended.length - failed} passed, ${failed} failed\n`)
}

async function sail(run: PlannedRun, given: AbortSignal): Promise<EndedRun> {
  const cwd = mkdtempSync(join(tmpdir(), 'seaworthy-interrupted-'))
  const temporary = mkdtempSync(join(tmpdir(), 'seaworthy-interrupted-'))
  const mark = `SEAWORTHY_ZOO_RUN=${randomUUID()}`
  const mounts = mountsNow()
  try {
    const outcome = await runOnce(run, { cwd, temporary, mark, given })
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    return { ...run, ...outcome, left: tracesOf({ mark, folders: [cwd, temporary], mounts }) }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
    rmSync(temporary, { recursive: true, force: true })
  }
}

interface Where {
  readonly cwd: string
  readonly temporary: string
  readonly mark: string
  readonly given: AbortSignal
}

async function runOnce(
  { service, flags, interruption }: PlannedRun,
  { cwd, temporary, mark, given }: Where,
): Promise<Pick<EndedRun, 'code' | 'signal' | 'tookMs' | 'endedAfterMs'>> {
  const [name = '', value = ''] = mark.split('=')
  const command = ['--conditions=seaworthy-source', MAIN, 'trial', ...flags, '--', 'node', join(ROOT, service)]
  const begun = performance.now()
  const child = spawn(process.execPath, command, {
    cwd,
    env: { PATH: process.env['PATH'], TMPDIR: temporary, [name]: value },
    detached: true,
    stdio: 'ignore',
  })
  let signalledAt: number | undefined
  const interrupt = (): void => {
    if (interruption === undefined) return
    signalledAt = performance.now()
    child.kill(interruption.signal)
    if (interruption.isTwice) timers.push(setTimeout(() => child.kill(interruption.signal), 50))
  }
  const timers = [setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)]
  if (interruption !== undefined) timers.push(setTimeout(interrupt, interruption.afterMs))
  const giveUp = (): void => void child.kill('SIGINT')
  given.addEventListener('abort', giveUp, { once: true })
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('error', () => resolve([null, null]))
    child.once('exit', (exitCode, bySignal) => resolve([exitCode, bySignal]))
  })
  given.removeEventListener('abort', giveUp)
  for (const timer of timers) clearTimeout(timer)
  const now = performance.now()
  const endedAfterMs = signalledAt === undefined ? {} : { endedAfterMs: Math.round(now - signalledAt) }
  return { code, signal, tookMs: Math.round(now - begun), ...endedAfterMs }
}

function describe({ service, interruption, code, signal, tookMs, endedAfterMs, left }: EndedRun): string {
  const end = `ended with ${signal ?? code} after ${(tookMs / 1000).toFixed(1)} s`
  const twice = interruption?.isTwice === true ? ' twice' : ''
  const how = endedAfterMs === undefined ? end : `${end}, ${endedAfterMs} ms after ${interruption?.signal}${twice}`
  const mark = left.length === 0 ? '✓' : '✗'
  return [`${mark} ${service}: ${how}`, ...left.map((each) => `    left: ${each}`)].join('\n')
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`--${name} is "${text}"; expected a whole number`)
  return Number(text)
}
