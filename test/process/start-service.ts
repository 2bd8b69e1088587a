import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** How a process ended, as its parent sees it. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A program under test: a real process of its own. */
export interface RunningProgram {
  readonly pid: number
  /** Standard output so far, line by line. */
  readonly lines: readonly string[]
  /** Standard error so far, line by line. */
  readonly errorLines: readonly string[]
  /** Resolves when the process has ended and both outputs have been read to their end. */
  readonly exit: Promise<Exit>
  kill(signal: NodeJS.Signals): void
  /** The first line of either output, past or future, that contains `text`. */
  line(text: string): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

export interface RunningService extends RunningProgram {
  /** What followed `ready` on the line with which the service said so, such as a URL. */
  readonly ready: string
}

export interface ProgramSettings {
  /** @default `SEAWORTHY_TEST_NODE`, or the Node that runs the tests */
  readonly node?: string
  /** `built`: without the condition that leads to the sources. @default `built` with `SEAWORTHY_TEST_DIST=1` */
  readonly flavour?: 'source' | 'built'
  /** Further arguments of Node, before the program. @default none */
  readonly flags?: readonly string[]
  /** How long a line is waited for, where a program has much to load. @default 15_000 */
  readonly lineLimitMs?: number
}

/** Longer than any program here may live. */
const LIFE_LIMIT_MS = 60_000
/** Preloaded into each program, so that none outlasts a test run that was itself killed. */
const END_BY_ITSELF = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${LIFE_LIMIT_MS}).unref()`
const LINE_LIMIT_MS = 15_000

/** Starts `test/process/services/<name>.ts` and waits until it says `ready`. */
export async function startService(
  name: string,
  env: Readonly<Record<string, string>> = {},
  settings: ProgramSettings = {},
): Promise<RunningService> {
  const program = startProgram(new URL(`services/${name}.ts`, import.meta.url), env, settings)
  try {
    const ready = await program.line('ready')
    return { ...program, ready: ready.slice(ready.indexOf('ready') + 'ready'.length).trim() }
  } catch (error) {
    await program[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Starts a program and does not wait for anything. It gets no variables but these, `PATH`, `HOME`, `TMPDIR`,
 * `NODE_COMPILE_CACHE`, and `SEAWORTHY_CRASH_DIR=off`.
 */
export function startProgram(
  file: URL,
  env: Readonly<Record<string, string>> = {},
  settings: ProgramSettings = {},
): RunningProgram {
  const node = settings.node ?? process.env['SEAWORTHY_TEST_NODE'] ?? process.execPath
  const { lineLimitMs = LINE_LIMIT_MS } = settings
  const flavour = settings.flavour ?? (process.env['SEAWORTHY_TEST_DIST'] === '1' ? 'built' : 'source')
  const flags = [
    '--disable-warning=ExperimentalWarning',
    `--import=data:text/javascript,${encodeURIComponent(END_BY_ITSELF)}`,
    ...(flavour === 'source' ? ['--conditions=seaworthy-source'] : []),
    ...(settings.flags ?? []),
    // What an older Node needs to run the sources of the programs.
    ...(process.env['SEAWORTHY_TEST_NODE_FLAGS']?.split(' ') ?? []),
  ]
  const { PATH = '', HOME = '/', TMPDIR = '/tmp', NODE_COMPILE_CACHE = '' } = process.env
  const child = spawn(node, [...flags, fileURLToPath(file)], {
    // What a killed program leaves would be told of by the next one.
    env: { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE, SEAWORTHY_CRASH_DIR: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`${node} could not be started`)

  const lines: string[] = []
  const errorLines: string[] = []
  const watchers = new Set<(line: string) => void>()
  for (const [stream, into] of [
    [child.stdout, lines],
    [child.stderr, errorLines],
  ] as const) {
    createInterface({ input: stream }).on('line', (line) => {
      into.push(line)
      for (const watcher of watchers) watcher(line)
    })
  }

  const killAtOnce = (): void => void child.kill('SIGKILL')
  const lifeLimit = setTimeout(killAtOnce, LIFE_LIMIT_MS)
  process.on('exit', killAtOnce)
  const exit = new Promise<Exit>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(lifeLimit)
      process.off('exit', killAtOnce)
      resolve({ code, signal })
    })
  })

  const line = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const known = [...lines, ...errorLines].find((each) => each.includes(text))
      if (known !== undefined) return resolve(known)
      const end = (): void => {
        clearTimeout(limit)
        watchers.delete(watcher)
      }
      const fail = (why: string): void => {
        end()
        const said = [...lines, ...errorLines].map((each) => `\n  ${each}`).join('')
        reject(new Error(`${why} before it said "${text}". It said:${said}`))
      }
      const watcher = (said: string): void => {
        if (!said.includes(text)) return
        end()
        resolve(said)
      }
      const limit = setTimeout(() => fail(`${lineLimitMs} ms passed`), lineLimitMs)
      watchers.add(watcher)
      void exit.then(({ code, signal }) => fail(`The program ended (${signal ?? code})`))
    })

  return {
    pid,
    lines,
    errorLines,
    exit,
    line,
    kill: (signal) => void child.kill(signal),
    async [Symbol.asyncDispose]() {
      killAtOnce()
      await exit
    },
  }
}
