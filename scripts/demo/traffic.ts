import { randomBytes } from 'node:crypto'
import { createHistogram } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/core/clock.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { SentRequest } from './ledger.ts'
import { nextRequest } from './shopping.ts'

export interface TrafficOptions {
  readonly port: number
  /** Clients that shop at the same time, each one request at a time over a connection of its own. */
  readonly clients: number
  /** Longest pause of a client between two requests, in milliseconds. */
  readonly thinkMs: number
}

/**
 * Shoppers with plain HTTP/1.1 clients: no retries, `Connection: close` is obeyed, each request carries a trace context
 * made here. A client ends when it can't open a fresh connection any more: the listener has closed, and nothing was sent.
 */
export class Traffic {
  readonly requests: SentRequest[] = []
  readonly latencyMicroseconds = createHistogram({ lowest: 1, highest: 60_000_000, figures: 3 })
  readonly #options: TrafficOptions
  readonly #clients: Promise<void>[]
  #inFlight = 0
  #listenerClosed = false

  constructor(options: TrafficOptions) {
    this.#options = options
    this.#clients = Array.from({ length: options.clients }, () => this.#shop())
  }

  get inFlight(): number {
    return this.#inFlight
  }

  get hasMetClosedListener(): boolean {
    return this.#listenerClosed
  }

  /** Resolves when every client has met a closed listener. */
  async ended(): Promise<void> {
    await Promise.all(this.#clients)
  }

  async #shop(): Promise<void> {
    const known: string[] = []
    while (!this.#listenerClosed) {
      const connection = new RawConnection({ clock: systemClock, host: '127.0.0.1', port: this.#options.port })
      if (!(await connection.connect())) {
        this.#listenerClosed = true
        return
      }
      while (connection.isUsable) await this.#request(connection, known)
    }
  }

  async #request(connection: RawConnection, known: string[]): Promise<void> {
    const { method, path, body } = nextRequest(known)
    const traceId = randomBytes(16).toString('hex')
    const spanId = randomBytes(8).toString('hex')
    this.#inFlight++
    const result = await connection.request({
      method,
      path,
      headers: {
        traceparent: `00-${traceId}-${spanId}-01`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: 20_000,
    })
    this.#inFlight--
    const answered = result.outcome === 'answered'
    if (answered) this.latencyMicroseconds.record(Math.max(1, Math.round(result.tookMs * 1000)))
    this.requests.push({
      traceId,
      spanId,
      method,
      path: path.split('?')[0] ?? path,
      status: result.status,
      ...(answered ? {} : { failure: `${result.outcome} ${result.errorCode ?? ''}`.trim() }),
    })
    if (result.status === 201 && result.body !== undefined && known.length < 20) known.push(idOf(result.body))
    if (this.#options.thinkMs > 0) await delay(Math.random() * this.#options.thinkMs)
  }
}

function idOf(body: Buffer): string {
  return String((JSON.parse(body.toString()) as { readonly id?: unknown }).id)
}
