import type { DatabaseGuard } from '../database/database-guard.ts'
import type { RedisHealth } from '../redis-protocol/redis-health.ts'
import { queueFull, timedOut } from '../database/waiting-errors.ts'
import { isBlocking, replyCode } from '../redis-protocol/redis-replies.ts'
import type { SilenceWatch } from '../redis-protocol/silence-watch.ts'
import type { RedisCommandOptions, RedisInternals } from './redis-client.ts'

/** What stands in the way of the commands of a client of `redis`. */
export interface GatePlan {
  /** The one behind all that are made of it by `withCommandOptions()` and its like. */
  readonly client: RedisInternals
  readonly guard: DatabaseGuard
  readonly health: RedisHealth
  readonly dependency: string
  readonly maxWaiting: number
  readonly silenceMs: number | undefined
  /** Of answers. */
  readonly watch: SilenceWatch
}

/**
 * Stands in the way of every command of a client: refuses it where it would wait for nothing, and sees what becomes of
 * those that were let through.
 */
export class RedisGate {
  readonly #plan: GatePlan
  readonly #guard: DatabaseGuard
  readonly #client: RedisInternals
  readonly #undo: () => void
  #waiting = 0
  #blocking = 0
  #answers = 0
  /** Aborted when the circuit opens: takes back what waits for a connection. */
  #refusing = new AbortController()
  readonly #answered = (): void => {
    this.#waiting -= 1
    this.#answers += 1
    this.#guard.answered()
  }
  readonly #failed = (error: unknown): void => {
    this.#waiting -= 1
    this.#judge(error)
  }

  constructor(plan: GatePlan) {
    this.#plan = plan
    this.#guard = plan.guard
    this.#client = plan.client
    this.#undo = this.#override(plan.client)
    plan.guard.onRefusing(() => this.#refuseWaiting())
  }

  /** Commands that wait for a connection or an answer. */
  get waiting(): number {
    return this.#waiting
  }

  /** Changes with each answer; `undefined` where none is waited for, or a command that blocks keeps the others waiting. */
  get progress(): number | undefined {
    return this.#waiting === 0 || this.#blocking > 0 ? undefined : this.#answers
  }

  /** Whether a command that blocks keeps the others waiting. */
  get isBlocked(): boolean {
    return this.#blocking > 0
  }

  /** Another connection stands: what was heard on the one before says nothing about it. */
  beginAnew(): void {
    this.#answers += 1
  }

  /** Takes itself out of the way. */
  end(): void {
    this.#undo()
  }

  #override(client: RedisInternals): () => void {
    const { sendCommand, _executeMulti, _executePipeline } = client
    const own: Partial<RedisInternals> = { sendCommand }
    const send = (by: RedisInternals, args: readonly unknown[], options?: RedisCommandOptions): Promise<unknown> =>
      this.#send(by, sendCommand, args, options)
    // What is made of the client by `withCommandOptions()` inherits this, and passes itself.
    client.sendCommand = function (this: RedisInternals, args, options) {
      return send(this, args, options)
    }
    const batch = (execute: () => Promise<unknown>): Promise<unknown> => this.#batch(execute)
    for (const [name, execute] of [
      ['_executeMulti', _executeMulti],
      ['_executePipeline', _executePipeline],
    ] as const) {
      if (typeof execute !== 'function') continue
      own[name] = execute
      client[name] = function (this: RedisInternals, ...args: unknown[]) {
        return batch(() => execute.apply(this, args))
      }
    }
    return () => Object.assign(client, own)
  }

  #send(
    by: RedisInternals,
    send: RedisInternals['sendCommand'],
    args: readonly unknown[],
    options: RedisCommandOptions | undefined,
  ): Promise<unknown> {
    const isReady = this.#client.isReady
    const refusal = this.#refusal(isReady)
    if (refusal !== undefined) return Promise.reject(refusal)
    const sent = isReady ? send.call(by, args, options) : this.#sendLater(by, send, args, options)
    if (isBlocking(args[0] as string)) this.#countBlocking(sent)
    return this.#follow(sent)
  }

  /** The client gives transactions and pipelines no time: without a connection they would wait for as long as it takes. */
  #batch(execute: () => Promise<unknown>): Promise<unknown> {
    const isReady = this.#client.isReady
    const refusal = this.#refusal(isReady) ?? (isReady ? undefined : timedOut(this.#plan.dependency, 0, 'connection'))
    return refusal === undefined ? this.#follow(execute()) : Promise.reject(refusal)
  }

  #follow(sent: Promise<unknown>): Promise<unknown> {
    this.#waiting += 1
    sent.then(this.#answered, this.#failed)
    this.#plan.watch.begin()
    return sent
  }

  #refusal(isReady: boolean): Error | undefined {
    const { dependency, maxWaiting, watch } = this.#plan
    return (!isReady || watch.isSilent) && this.#waiting >= maxWaiting
      ? queueFull(dependency, maxWaiting)
      : this.#guard.refusal()
  }

  /** Waits for a connection, as long as the silence of one may take, and no longer than until the circuit opens. */
  async #sendLater(
    by: RedisInternals,
    send: RedisInternals['sendCommand'],
    args: readonly unknown[],
    options: RedisCommandOptions | undefined,
  ): Promise<unknown> {
    const { silenceMs } = this.#plan
    const { timeout, abortSignal } = { ...by._commandOptions, ...options }
    const { signal } = this.#refusing
    const limits: RedisCommandOptions = {
      ...options,
      timeout: timeout === undefined ? silenceMs : Math.min(timeout, silenceMs ?? timeout),
      abortSignal: abortSignal === undefined ? signal : AbortSignal.any([abortSignal, signal]),
    }
    try {
      return await send.call(by, args, limits)
    } catch (error) {
      throw signal.aborted && nameOf(error) === 'AbortError' ? signal.reason : error
    }
  }

  /** Nobody goes on waiting for a server that is not there; the call that was the probe neither. */
  #refuseWaiting(): void {
    const refusal = this.#guard.refusal()
    if (refusal === undefined) return
    this.#refusing.abort(refusal)
    this.#refusing = new AbortController()
  }

  #countBlocking(sent: Promise<unknown>): void {
    this.#blocking += 1
    const unblocked = (): void => void (this.#blocking -= 1)
    sent.then(unblocked, unblocked)
  }

  #judge(error: unknown): void {
    if (replyCode(error) !== undefined) {
      this.#answers += 1
      this.#plan.health.saw(error)
      this.#guard.settle(error)
    } else if (nameOf(error) === 'TimeoutError') {
      // It was never sent. Connections that break tell of themselves.
      this.#guard.failed(error, 'timeout')
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.constructor.name : ''
}
