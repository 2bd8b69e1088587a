import type { Clock, HealthCheckResult } from 'seaworthy'
import { untilAborted } from '../database/unusable.ts'
import { refusesWrites, replyCode } from './redis-replies.ts'

/** For how long it is told that writes were refused, after the last one. */
const REFUSED_FOR_MS = 30_000
/** Hundreds of times what a healthy server takes. */
const SLOW_MS = 500

/** Commands that may wait before a service counts as degraded for it. */
const MANY_WAITING = 1000

/** What the health check of a client of Redis says while there is a connection. */
export class RedisHealth {
  readonly #clock: Clock
  #open: Promise<unknown> | undefined = undefined
  /** Of the connection that is asked. */
  #lost = new AbortController()
  #refusedWith = ''
  #refusedAtMs = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What the server has refused a command with. */
  saw(error: unknown): void {
    const code = replyCode(error)
    if (code === undefined || !refusesWrites(code)) return
    this.#refusedWith = code
    this.#refusedAtMs = this.#clock.now()
  }

  /** A client may never answer what was asked on a connection that is lost: the question is over. */
  lost(why: unknown): void {
    this.#lost.abort(why)
    this.#lost = new AbortController()
    this.#open = undefined
  }

  /**
   * Asks, or joins the question that is still open: a server that stays silent for an hour gets one `PING`, not one every
   * few seconds.
   */
  async ask(ping: () => Promise<unknown>, waiting: number): Promise<HealthCheckResult | undefined> {
    const askedAtMs = this.#clock.now()
    this.#open ??= this.#begin(ping)
    await this.#open
    const now = this.#clock.now()
    if (now - this.#refusedAtMs < REFUSED_FOR_MS) return degraded(`writes are refused: ${this.#refusedWith}`)
    const tookMs = Math.round(now - askedAtMs)
    if (tookMs >= SLOW_MS) return degraded(`PING took ${tookMs} ms`)
    return waiting >= MANY_WAITING ? degraded(`${waiting} commands wait for an answer`) : undefined
  }

  async #begin(ping: () => Promise<unknown>): Promise<unknown> {
    const { signal } = this.#lost
    try {
      return await untilAborted(signal, ping())
    } finally {
      if (!signal.aborted) this.#open = undefined
    }
  }
}

function degraded(message: string): HealthCheckResult {
  return { status: 'degraded', message }
}

/** Why there is no connection: a code rather than a message, which may say more than it should. */
export function describeAway(state: string, error: unknown): string {
  if (error === undefined) return `not connected (${state})`
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown }
  const why =
    replyCode(error) ?? (typeof code === 'string' ? code : typeof name === 'string' ? name : 'no reason given')
  return `not connected (${state}), the last error was ${why}`
}
