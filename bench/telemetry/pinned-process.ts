import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { REPLY_LIMIT_MS, START_LIMIT_MS } from './settings.ts'

export interface PinnedOptions {
  readonly name: string
  readonly node: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Which processor it has. @default wherever the system puts it */
  readonly core?: number | undefined
}

/** What is last kept of what a process says, to explain why it failed. */
const KEPT_OUTPUT = 2000

/**
 * Whether processes can be tied to processors here: one for the service under measurement, another for everything else,
 * so that neither takes time from the other.
 */
export const CAN_PIN =
  process.platform === 'linux' && availableParallelism() >= 2 && spawnSync('taskset', ['-c', '0', 'true']).status === 0

/** The processor of the services, and of those that send requests and take telemetry. */
export const SERVICE_CORE = CAN_PIN ? 0 : undefined
export const OTHER_CORE = CAN_PIN ? 1 : undefined

/** A Node process of the benchmark, which answers questions one at a time. It ends when we do. */
export class PinnedProcess {
  readonly spawnedAt: number
  readonly #child: ChildProcess
  readonly #name: string
  #output = ''
  #waiting: { readonly resolve: (reply: unknown) => void; readonly reject: (error: Error) => void } | undefined

  private constructor({ name, node, args, env, core }: PinnedOptions) {
    this.#name = name
    const [command, ...all] = core === undefined ? [node, ...args] : ['taskset', '-c', String(core), node, ...args]
    this.spawnedAt = performance.now()
    this.#child = spawn(command ?? node, all, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#child.stderr?.on('data', (bytes: Buffer) => {
      this.#output = `${this.#output}${bytes.toString()}`.slice(-KEPT_OUTPUT)
    })
    this.#child.on('message', (reply) => this.#settle((waiting) => waiting.resolve(reply)))
    this.#child.once('error', (error) => this.#settle((waiting) => waiting.reject(error)))
    this.#child.once('exit', (code, signal) =>
      this.#settle((waiting) =>
        waiting.reject(
          new Error(`${name} ended with ${code ?? signal}${this.#output === '' ? '' : `: ${this.#output}`}`),
        ),
      ),
    )
  }

  /** @returns the process and the first thing it said */
  static async start<T>(options: PinnedOptions): Promise<{ readonly process: PinnedProcess; readonly first: T }> {
    const started = new PinnedProcess(options)
    return { process: started, first: await started.#reply<T>(START_LIMIT_MS) }
  }

  /** @throws Error when it ends instead, or takes more than a minute */
  ask<T>(question: object): Promise<T> {
    if (!this.#child.connected) return Promise.reject(new Error(`${this.#name} has ended: ${this.#output}`))
    const reply = this.#reply<T>(REPLY_LIMIT_MS)
    this.#child.send(question)
    return reply
  }

  /** Lets it end in order, and by force after `limitMs`. */
  async end(limitMs = 5000): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    const force = setTimeout(() => this.#child.kill('SIGKILL'), limitMs)
    if (this.#child.connected) this.#child.disconnect()
    await ended
    clearTimeout(force)
  }

  #reply<T>(limitMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const limit = setTimeout(
        () => this.#settle(() => reject(new Error(`${this.#name} said nothing for ${limitMs} ms: ${this.#output}`))),
        limitMs,
      )
      this.#waiting = {
        resolve(reply) {
          clearTimeout(limit)
          resolve(reply as T)
        },
        reject(error) {
          clearTimeout(limit)
          reject(error)
        },
      }
    })
  }

  #settle(how: (waiting: { resolve: (reply: unknown) => void; reject: (error: Error) => void }) => void): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) how(waiting)
  }
}
