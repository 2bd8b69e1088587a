import type { Context } from '@opentelemetry/api'

/** Redirects at a time that are waited for. What is beyond it is a request like any other. */
const MAX_WAITING = 32
/** A client goes where it is sent at once. */
const PATIENCE_MS = 10_000

interface Redirect {
  readonly context: Context
  readonly url: string
  readonly count: number
  readonly atMs: number
}

/**
 * Knows the requests that are made because of a redirect: clients send them anew without a word. It is one when the same
 * context asks for just the URL that an answer has named a moment ago.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ (`http.request.resend_count`)
 */
export class Redirects {
  #waiting: Redirect[] = []

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** @param count how many of them there have been before */
  add(context: Context, url: string, count: number, atMs: number): void {
    this.#waiting.push({ context, url, count: count + 1, atMs })
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift()
  }

  /** Which attempt a request is: 0 for one that nobody was sent to. */
  take(context: Context, url: string, nowMs: number): number {
    this.#waiting = this.#waiting.filter(({ atMs }) => nowMs - atMs < PATIENCE_MS)
    const index = this.#waiting.findIndex((redirect) => redirect.context === context && redirect.url === url)
    return index === -1 ? 0 : (this.#waiting.splice(index, 1)[0]?.count ?? 0)
  }
}
