import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('programs/spool-owner.ts', import.meta.url))
/** Longer than any of them may live. */
const LIFE_LIMIT_S = 40

export interface Said {
  readonly event: string
  readonly numbers?: readonly number[]
  readonly reason?: string
  readonly message?: string
}

/** A process of its own with a spool. */
export interface SpoolProcess extends AsyncDisposable {
  readonly pid: number
  readonly said: readonly Said[]
  /** The numbers of chunks in all events of this name, in order. */
  numbers(event: string): readonly number[]
  tell(command: string): void
  kill(signal: NodeJS.Signals): void
  /** When what it said fits. Rejects when the process ends before. */
  until(isMet: (said: readonly Said[]) => boolean): Promise<void>
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/** Runs a program of the system to its end. */
export function run([file = '', ...args]: readonly string[]): { readonly isDone: boolean; readonly output: string } {
  const { status, stdout } = spawnSync(file, args, { encoding: 'utf8', timeout: 10_000 })
  return { isDone: status === 0, output: (stdout ?? '').trim() }
}

/** @param wrap a command before that of Node, such as one that sets a limit */
export async function startSpoolProcess(
  directory: string,
  { wrap = [], flags = [], maxBytes }: { wrap?: readonly string[]; flags?: readonly string[]; maxBytes?: number } = {},
): Promise<SpoolProcess> {
  const program = [
    process.execPath,
    ...flags,
    PROGRAM,
    directory,
    ...(maxBytes === undefined ? [] : [String(maxBytes)]),
  ]
  const args = ['-s', 'KILL', '--foreground', String(LIFE_LIMIT_S), ...wrap, ...program]
  // In a group of its own, so that a signal reaches the program whatever stands before it.
  const child: ChildProcess = spawn('timeout', args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true })
  const said: Said[] = []
  let waiting: { isMet: () => boolean; resolve: () => void; reject: (error: Error) => void }[] = []
  const exit = once(child, 'close').then(([code, signal]: (number | string | null)[]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }))
  void exit.then((end) => {
    const text = `it ended (${JSON.stringify(end)}) having said ${JSON.stringify(said.slice(-5))}`
    for (const { reject } of waiting) reject(new Error(text))
  })
  child.stdin?.on('error', () => {})
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(JSON.parse(line) as Said)
      const met = waiting.filter(({ isMet }) => isMet())
      waiting = waiting.filter((one) => !met.includes(one))
      for (const { resolve } of met) resolve()
    })
  }
  const kill = (signal: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal)
  }
  const until: SpoolProcess['until'] = (isMet) => {
    if (isMet(said)) return Promise.resolve()
    return new Promise((resolve, reject) => waiting.push({ isMet: () => isMet(said), resolve, reject }))
  }
  const spoolProcess: SpoolProcess = {
    pid: child.pid ?? 0,
    said,
    numbers: (event) => said.flatMap((one) => (one.event === event ? (one.numbers ?? []) : [])),
    tell: (command) => void child.stdin?.write(`${command}\n`),
    kill,
    until,
    exit,
    async [Symbol.asyncDispose]() {
      kill('SIGKILL')
      await exit
    },
  }
  await until((events) => events.some(({ event }) => event === 'ready'))
  return spoolProcess
}
