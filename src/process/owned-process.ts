import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Clock } from '../core/clock.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { sleep } from '../core/wait.ts'

export interface OwnedProcessOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** The whole environment of the process: nothing is added. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

/** How long output is waited for once the process has ended. */
const OUTPUT_GRACE_MS = 1000
const GROUP_POLL_MS = 10

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/**
 * A process that we started and answer for. It has its own process group, so that a terminal's Ctrl-C does not reach it
 * besides our own signal, and so that nothing it started is left behind.
 */
export class OwnedProcess {
  readonly pid: number
  /**
   * Resolves when the process has ended and its output has been read to the end; or a second after its end, when
   * something that it left behind still holds the output open. Never rejects.
   */
  readonly exit: Promise<ProcessExit>
  readonly #child: ChildProcess
  readonly #clock: Clock
  #ended = false

  private constructor(child: ChildProcess, pid: number, options: OwnedProcessOptions) {
    this.#child = child
    this.#clock = options.clock
    this.pid = pid
    for (const stream of ['stdout', 'stderr'] as const) {
      const input = child[stream]
      if (input === null) continue
      createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) =>
        options.onLine?.(line, stream),
      )
    }
    this.exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended = true
        const cancel = options.clock.schedule(OUTPUT_GRACE_MS, () => resolve({ code, signal }))
        child.once('close', () => {
          cancel()
          resolve({ code, signal })
        })
      })
    })
  }

  /** @throws {@link SeaworthyError} `SEA_PROCESS_NOT_STARTED` when there is no such command, or it may not be run */
  static async start(options: OwnedProcessOptions): Promise<OwnedProcess> {
    const child = spawn(options.command, options.args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: options.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return new Promise((resolve, reject) => {
      child.once('error', (cause) => {
        reject(
          new SeaworthyError('SEA_PROCESS_NOT_STARTED', `"${options.command}" could not be started: ${cause.message}`, {
            hint: 'Check the command after "--".',
            cause,
          }),
        )
      })
      child.once('spawn', () => {
        if (child.pid !== undefined) resolve(new OwnedProcess(child, child.pid, options))
      })
    })
  }

  /** Signals the process itself and nothing else, as a kubelet does. @returns false when it has ended already */
  signal(signal: NodeJS.Signals): boolean {
    return !this.#ended && this.#child.kill(signal)
  }

  /** Ends what is left of the process group: SIGTERM, and SIGKILL after `graceMs`. Safe when nothing is left. */
  async endGroup(graceMs: number): Promise<void> {
    if (!this.#signalGroup('SIGTERM')) return
    const deadline = this.#clock.now() + graceMs
    while (this.#signalGroup(0) && this.#clock.now() < deadline) await sleep(this.#clock, GROUP_POLL_MS)
    this.#signalGroup('SIGKILL')
    await this.exit
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  #signalGroup(signal: NodeJS.Signals | 0): boolean {
    try {
      process.kill(-this.pid, signal)
      return true
    } catch {
      return false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endGroup(1000)
  }
}
