import type { Cancel, Clock } from '../core/clock.ts'
import { ConnectionPool } from './connection-pool.ts'
import { LoadTally, type LoadFigures } from './load-figures.ts'
import type { RawConnectionOptions } from './raw-connection-options.ts'
import type { RawRequest, RawResult } from './raw-request.ts'

export interface LoadOptions extends RawConnectionOptions {
  readonly clock: Clock
  /**
   * When requests are sent: so many a second whatever the service does, as real users do, or always so many in flight.
   */
  readonly arrivals: { readonly perSecond: number } | { readonly inFlight: number }
  /** Keep-alive connections at most. */
  readonly maxConnections: number
  /** @default longest-idle: every connection is used, and so is told when the service drains */
  readonly reuse?: 'longest-idle' | 'latest'
  /** The request with this number, counted from 0. */
  readonly nextRequest: (index: number) => RawRequest
  readonly onResult?: (result: RawResult, index: number) => void
  /** Ends the run; requests in flight are still waited for. */
  readonly signal?: AbortSignal
  readonly durationMs?: number
  readonly requestCount?: number
}

interface Due {
  readonly index: number
  readonly dueAt: number
}

/**
 * Requests that are due and wait for a free connection; more are counted as not sent. At 1,000 a second, it is ten
 * seconds of a service that answers nothing.
 */
const MAX_WAITING = 10_000

/** See {@link runLoad}. */
class LoadRun {
  readonly #options: LoadOptions
  readonly #clock: Clock
  readonly #pool: ConnectionPool
  readonly #tally = new LoadTally()
  readonly #waiting: Due[] = []
  readonly #startedAt: number
  readonly #resolve: (figures: LoadFigures) => void
  #cancelNext: Cancel = () => {}
  #cancelDuration: Cancel = () => {}
  #nextIndex = 0
  #inFlight = 0
  #notSent = 0
  #stoppedBy: LoadFigures['stoppedBy'] | undefined

  constructor(options: LoadOptions, resolve: (figures: LoadFigures) => void) {
    this.#options = options
    this.#clock = options.clock
    this.#resolve = resolve
    this.#pool = new ConnectionPool({ ...options, reuse: options.reuse ?? 'longest-idle' })
    this.#startedAt = this.#clock.now()
  }

  start(): void {
    const { signal, durationMs, arrivals } = this.#options
    signal?.addEventListener('abort', this.#onAbort, { once: true })
    if (durationMs !== undefined) {
      this.#cancelDuration = this.#clock.schedule(durationMs, () => this.#stop('duration'))
    }
    if (signal?.aborted === true) this.#stop('signal')
    else if ('perSecond' in arrivals) this.#sendAllDue(arrivals.perSecond)
    else for (let count = 0; count < arrivals.inFlight; count++) this.#arrive(this.#clock.now())
  }

  readonly #onAbort = (): void => this.#stop('signal')

  #sendAllDue(perSecond: number): void {
    const intervalMs = 1000 / perSecond
    for (;;) {
      if (this.#stoppedBy !== undefined) return
      const dueAt = this.#startedAt + this.#nextIndex * intervalMs
      const waitMs = dueAt - this.#clock.now()
      if (waitMs > 0) {
        this.#cancelNext = this.#clock.schedule(waitMs, () => this.#sendAllDue(perSecond))
        return
      }
      this.#arrive(dueAt)
    }
  }

  #arrive(dueAt: number): void {
    if (this.#stoppedBy !== undefined) return
    const due = { index: this.#nextIndex++, dueAt }
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(due)
    else this.#notSent++
    if (this.#nextIndex === this.#options.requestCount) this.#stop('count')
    this.#sendWaiting()
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0) {
      const connection = this.#pool.take()
      if (connection === undefined) return
      const { index, dueAt } = this.#waiting.shift() as Due
      this.#inFlight++
      void connection.request(this.#options.nextRequest(index)).then((result) => {
        this.#inFlight--
        this.#pool.giveBack(connection)
        this.#tally.add(result, this.#clock.now() - dueAt)
        this.#options.onResult?.(result, index)
        if (result.outcome === 'refused') this.#stop('listener-closed')
        if ('inFlight' in this.#options.arrivals) this.#arrive(this.#clock.now())
        this.#sendWaiting()
        this.#endWhenDone()
      })
    }
  }

  #stop(why: LoadFigures['stoppedBy']): void {
    if (this.#stoppedBy !== undefined) return
    this.#stoppedBy = why
    this.#cancelNext()
    this.#cancelDuration()
    this.#options.signal?.removeEventListener('abort', this.#onAbort)
    // A run that ends by count has promised all of them; any other leaves what had no connection yet.
    if (why !== 'count') this.#notSent += this.#waiting.splice(0).length
    this.#endWhenDone()
  }

  #endWhenDone(): void {
    if (this.#stoppedBy === undefined || this.#inFlight > 0 || this.#waiting.length > 0) return
    this.#pool.close()
    this.#resolve(
      this.#tally.figures({
        notSent: this.#notSent,
        connectionsOpened: this.#pool.openedCount,
        stoppedBy: this.#stoppedBy,
      }),
    )
  }
}

/**
 * Sends requests over keep-alive connections until `signal`, `durationMs` or `requestCount` ends it, waits for those in
 * flight, and returns exact figures. Clients obey `Connection: close`, never retry, and stop when the listener has
 * closed: a connection that is refused ends the run and is no failure, a request that was sent and got no answer is.
 */
export function runLoad(options: LoadOptions): Promise<LoadFigures> {
  return new Promise((resolve) => {
    new LoadRun(options, resolve).start()
  })
}
