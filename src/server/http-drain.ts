import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'

import { silentLog, type Log } from '../core/log.ts'
import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import { closeListener } from './close-listener.ts'
import { sayCloseWhenWritten } from './connection-close-header.ts'
import { type DeferredRequests, deferRequests } from './defer-requests.ts'
import { DEFAULT_LATE_REQUEST_GRACE_MS, DEFAULT_LINGER_MS, type HttpDrainOptions } from './http-drain-options.ts'
import type { HttpFigures } from './http-figures.ts'
import { lingeringClose } from './lingering-close.ts'
import { LongLived } from './long-lived.ts'
import { endSignals, setResponseFinder } from './request-signal.ts'
import { RequestLedger, type RequestTotals } from './request-ledger.ts'
import { requestName, upgradeName } from './request-name.ts'
import { IdleRetirement } from './retire-idle.ts'
import type { DrainingOptions, FinishOptions, FinishReport, ServerDrain } from './server-drain.ts'
import type { OpenItem, OpenRequest, TrackedConnection } from './tracked-connection.ts'
import { watchServer } from './watch-server.ts'

const MAX_CLOSING_TURNS = 20

/** Connections of a server by what they are doing. */
export interface ConnectionCounts {
  readonly open: number
  /** Without an open request, and not upgraded. */
  readonly idle: number
  readonly upgraded: number
}

/**
 * Account of the requests of one HTTP/1.1 server, and its orderly end: {@link startDraining} while load balancers still
 * send, then {@link finish}.
 */
export class HttpDrain implements ServerDrain {
  readonly #server: HttpServer
  readonly #options: HttpDrainOptions
  readonly #log: Log
  readonly #ledger: RequestLedger
  readonly #unwatch: () => void
  readonly #retirement: IdleRetirement
  readonly #longLived: LongLived
  readonly #lingerMs: number
  #deferred: DeferredRequests | undefined
  #endWhenEmpty = (): void => {}
  #isListenerClosed = false
  #refused = 0
  #finishing: Promise<FinishReport> | undefined

  constructor(server: HttpServer | HttpsServer, options: HttpDrainOptions) {
    this.#server = server
    this.#options = options
    this.#log = options.log ?? silentLog
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS
    this.#retirement = new IdleRetirement({
      clock: options.clock,
      graceMs: options.lateRequestGraceMs ?? DEFAULT_LATE_REQUEST_GRACE_MS,
      lingerMs: this.#lingerMs,
    })
    this.#ledger = new RequestLedger(options.clock)
    this.#longLived = new LongLived({
      clock: options.clock,
      name: options.name,
      ledger: this.#ledger,
      sayGoodbye: options.sayGoodbye,
    })
    this.#unwatch = watchServer(this.#server, this.#ledger)
    setResponseFinder(server, (request) => this.#ledger.responseTo(request))
  }

  /**
   * Requests whose answer is not wholly handed to the kernel, and connections that another protocol has taken over. Zero
   * again after any kind of end.
   */
  get inFlight(): number {
    return this.#ledger.inFlight + this.connections.upgraded
  }

  get totals(): RequestTotals {
    return this.#ledger.totals
  }

  get connections(): ConnectionCounts {
    let idle = 0
    let upgraded = 0
    for (const connection of this.#ledger.connections) {
      if (connection.isUpgraded) upgraded++
      else if (connection.isIdle) idle++
    }
    return { open: this.#ledger.connectionCount, idle, upgraded }
  }

  /** Whether {@link startDraining} was called. */
  get isDraining(): boolean {
    return this.#deferred !== undefined
  }

  /** The work in flight, the oldest first. */
  openWork(): readonly OpenWork[] {
    return this.#describe(this.#ledger.openItems())
  }

  /**
   * From now on every answer whose headers are not written yet says `Connection: close`, and its connection is closed
   * behind it. Server-sent events are ended and WebSockets told goodbye, spread over `spreadMs`. The listener goes on
   * accepting. Safe to call any number of times.
   */
  startDraining({ spreadMs = 0 }: DrainingOptions = {}): void {
    if (this.#deferred !== undefined) return
    this.#ledger.events.opened = (entry) => this.#sayClose(entry)
    this.#ledger.events.idle = (connection) => this.#onIdle(connection)
    this.#ledger.events.upgraded = (connection) => this.#longLived.upgraded(connection)
    for (const connection of this.#ledger.connections) if (connection.hasServed) this.#onIdle(connection)
    for (const entry of this.#ledger.requests) this.#sayClose(entry)
    this.#deferred = deferRequests(this.#server, (request, response) => {
      const connection = this.#ledger.connectionOf(request.socket)
      if (connection?.isClosing === true) {
        this.#refused++
        if (response === undefined) leaveToItsEnd(request.socket)
        return false
      }
      if (connection !== undefined && response !== undefined) this.#ledger.open(request, response)
      return true
    })
    this.#longLived.tellAll(spreadMs)
  }

  /**
   * Closes the listener, waits until every request is answered and every connection has ended, and at the limit
   * destroys what is left. Never rejects and never takes longer than the limit (the event loop permitting). Safe to call
   * any number of times: every call gets the report of the first.
   */
  finish(options: FinishOptions): Promise<FinishReport> {
    this.#finishing ??= this.#finish(options)
    return this.#finishing
  }

  /** Stops watching the server and leaves it as it was; {@link finish} does so at its end. */
  release(): void {
    this.#unwatch()
    this.#deferred?.end()
    this.#retirement.stop()
    this.#longLived.stop()
    setResponseFinder(this.#server, undefined)
    this.#ledger.events.opened = undefined
    this.#ledger.events.idle = undefined
    this.#ledger.events.upgraded = undefined
    this.#ledger.events.empty = undefined
  }

  async #finish({ limitMs, softLimitMs, signal }: FinishOptions): Promise<FinishReport> {
    const { clock } = this.#options
    const startedAt = clock.now()
    this.startDraining()
    const cancelSoft = softLimitMs === undefined ? undefined : clock.schedule(softLimitMs, () => this.#askForEnd())
    const ended = this.#waitForEnd(limitMs, signal)
    // While the accept queue is emptied no handler runs, or under load it would fill faster than it empties.
    this.#deferred?.hold()
    const acceptedLate = await closeListener(this.#server, clock, limitMs)
    this.#deferred?.release()
    this.#isListenerClosed = true
    this.#longLived.finish()
    for (const connection of this.#ledger.connections) if (connection.isIdle) this.#retire(connection)
    this.#endWhenEmpty()
    await ended
    cancelSoft?.()
    const left = this.#destroyAll()
    await this.#untilGone()
    this.release()
    const report: FinishReport = {
      clean: left.length === 0,
      tookMs: clock.now() - startedAt,
      cutCount: left.length,
      cut: this.#describe(left.slice(0, MAX_LISTED_WORK)),
      figures: this.#figures(acceptedLate, left.length),
    }
    this.#tell(report, limitMs)
    return report
  }

  /** The soft deadline: from here on, whoever has not ended is asked to. */
  #askForEnd(): void {
    endSignals(this.#server, this.#options.name)
    this.#longLived.endTold()
  }

  #tell({ clean, tookMs, cut, figures }: FinishReport, limitMs: number): void {
    const fields = { listener: this.#options.name, tookMs, ...figures }
    if (clean) this.#log.debug(fields, `"${this.#options.name}" has finished`)
    else
      this.#log.warn({ ...fields, cutWork: cut }, `"${this.#options.name}" cut what was still open after ${limitMs} ms`)
  }

  #figures(acceptedLate: number, cutCount: number): HttpFigures {
    const { requests, answered, aborted, cut, upgraded } = this.#ledger.totals
    return {
      requests,
      answered,
      aborted,
      cut,
      upgraded,
      toldGoodbye: this.#longLived.toldGoodbye,
      upgradedCut: cutCount - cut,
      streamsEnded: this.#longLived.streamsEnded,
      refused: this.#refused,
      idleClosed: this.#retirement.idleClosed,
      acceptedLate,
      stalled: this.#retirement.stalledClosed,
    }
  }

  #describe(items: readonly OpenItem[]): readonly OpenWork[] {
    const { clock, routeOf } = this.#options
    const now = clock.now()
    return items.map(({ kind, request, startedAt }) => ({
      kind,
      name: kind === 'request' ? requestName(request, routeOf) : upgradeName(request, routeOf),
      ageMs: Math.round(now - startedAt),
    }))
  }

  /** Resolves when the listener is closed and no connection is left, at the limit, or when `signal` is aborted. */
  #waitForEnd(limitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        cancel()
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const cancel = this.#options.clock.schedule(limitMs, end)
      signal?.addEventListener('abort', end, { once: true })
      if (signal?.aborted === true) end()
      this.#endWhenEmpty = () => {
        if (this.#isListenerClosed && this.#ledger.connectionCount === 0) end()
      }
      this.#ledger.events.empty = this.#endWhenEmpty
    })
  }

  #destroyAll(): readonly OpenItem[] {
    const left = this.#ledger.openItems()
    for (const connection of this.#ledger.connections) this.#ledger.destroy(connection)
    return left
  }

  /** What was destroyed is gone after a few turns of the event loop; until then its port and descriptor are held. */
  async #untilGone(): Promise<void> {
    for (let turn = 0; turn < MAX_CLOSING_TURNS && this.#ledger.connectionCount > 0; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }

  #sayClose(entry: OpenRequest): void {
    const { connection } = entry
    const onClose = (): void => {
      connection.isClosing = true
      // What Node calls after the last answer; its own closes both directions at once.
      connection.socket.destroySoon = () => lingeringClose(connection.socket, this.#options.clock, this.#lingerMs)
    }
    sayCloseWhenWritten(entry, onClose, () => this.#longLived.headersWritten(entry))
  }

  #onIdle(connection: TrackedConnection): void {
    connection.bytesWhenIdle = connection.socket.bytesRead
    if (this.#isListenerClosed) this.#retire(connection)
  }

  #retire(connection: TrackedConnection): void {
    if (!connection.isClosing) this.#retirement.watch(connection)
  }
}

/** Node hands over the socket of an upgrade bare: nobody reads it, and its errors would be the process's. */
function leaveToItsEnd(socket: Socket): void {
  socket.on('error', () => {}).resume()
}

/**
 * Starts to keep account of `server`; call it when the server is made, before it listens. Requests and connections that
 * are already open are found as far as Node lets them be found.
 */
export function trackHttpServer(server: HttpServer | HttpsServer, options: HttpDrainOptions): HttpDrain {
  return new HttpDrain(server, options)
}
