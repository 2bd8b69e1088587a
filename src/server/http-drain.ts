import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Socket } from 'node:net'

import { formatDuration } from '../core/duration.ts'
import { silentLog, type Log } from '../core/log.ts'
import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import { closeListener } from './close-listener.ts'
import { sayCloseWhenWritten } from './connection-close-header.ts'
import { type DeferredRequests, deferRequests } from './defer-requests.ts'
import { DrainEnd, untilGone } from './drain-end.ts'
import {
  DEFAULT_LATE_REQUEST_GRACE_MS,
  DEFAULT_LINGER_MS,
  DEFAULT_QUIET_MS,
  MAX_QUIET_WAIT_MS,
  type HttpDrainOptions,
} from './http-drain-options.ts'
import type { HttpFigures } from './http-figures.ts'
import { lingeringClose } from './lingering-close.ts'
import { LongLived } from './long-lived.ts'
import { endSignals, setResponseFinder } from './request-signal.ts'
import { RequestLedger, type RequestTotals } from './request-ledger.ts'
import { requestName, upgradeName } from './request-name.ts'
import { IdleRetirement } from './retire-idle.ts'
import type { DrainingOptions, FinishOptions, FinishReport, ServerDrain } from './server-drain.ts'
import type { OpenItem, OpenRequest, TrackedConnection } from './tracked-connection.ts'
import { untilQuiet } from './until-quiet.ts'
import { watchServer } from './watch-server.ts'

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
  #isListenerClosed = false
  #refused = 0
  #answeredBefore = 0
  #metClose = 0
  #finishing: Promise<FinishReport> | undefined

  constructor(server: HttpServer | HttpsServer, options: HttpDrainOptions) {
    this.#server = server
    this.#options = options
    this.#log = options.log ?? silentLog
    this.#lingerMs = options.lingerMs ?? DEFAULT_LINGER_MS
    this.#ledger = new RequestLedger(options.clock)
    this.#retirement = new IdleRetirement({
      clock: options.clock,
      graceMs: options.lateRequestGraceMs ?? DEFAULT_LATE_REQUEST_GRACE_MS,
      lingerMs: this.#lingerMs,
      isBusy: () => this.#ledger.inFlight > 0,
    })
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
    return this.#ledger.inFlight
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
    this.#answeredBefore = this.#ledger.totals.answered
    this.#ledger.events.opened = (entry) => this.#sayClose(entry)
    this.#ledger.events.idle = (connection) => this.#onIdle(connection)
    this.#ledger.events.upgraded = (connection) => this.#longLived.upgraded(connection)
    for (const connection of this.#ledger.connections) if (connection.hasServed) this.#onIdle(connection)
    for (const entry of this.#ledger.requests) this.#sayClose(entry)
    this.#deferred = deferRequests(this.#server, (request, response) => {
      const connection = this.#ledger.connectionOf(request.socket)
      if (connection?.isClosing === true) {
        if (connection.wasClosedIdle) this.#metClose++
        else this.#refused++
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
    this.#ledger.events.quiet = undefined
    this.#ledger.events.empty = undefined
  }

  async #finish(options: FinishOptions): Promise<FinishReport> {
    const { clock } = this.#options
    const { limitMs, softLimitMs } = options
    const startedAt = clock.now()
    this.startDraining()
    this.#ledger.events.quiet = () => this.#retirement.closeSpared()
    // Early enough for an orderly close.
    const spareMs = Math.max(0, Math.min(softLimitMs ?? limitMs, limitMs - this.#lingerMs))
    const cancelSpare = clock.schedule(spareMs, () => this.#retirement.closeSpared({ andSpareNone: true }))
    const cancelSoft = softLimitMs === undefined ? undefined : clock.schedule(softLimitMs, () => this.#askForEnd())
    const end = new DrainEnd(clock, options, () => this.#isListenerClosed && this.#ledger.connectionCount === 0)
    this.#ledger.events.empty = () => end.look()
    const acceptedLate = await this.#closeListener(options)
    this.#longLived.finish()
    for (const connection of this.#ledger.connections) if (connection.isIdle) this.#retire(connection)
    end.look()
    await end.reached
    cancelSoft?.()
    cancelSpare()
    const left = this.#destroyAll()
    await untilGone(() => this.#ledger.connectionCount === 0)
    this.release()
    const report: FinishReport = {
      clean: left.length === 0,
      tookMs: Math.round(clock.now() - startedAt),
      cutCount: left.length,
      cut: this.#describe(left.slice(0, MAX_LISTED_WORK)),
      figures: this.#figures(acceptedLate, left.length),
    }
    this.#tell(report, limitMs)
    return report
  }

  async #closeListener({ limitMs, signal }: FinishOptions): Promise<number> {
    const { clock, quietMs = DEFAULT_QUIET_MS, closeListenerOnly } = this.#options
    // While the accept queue is emptied no handler runs, or under load it would fill faster than it empties.
    this.#deferred?.hold()
    await untilQuiet(this.#server, {
      clock,
      quietMs,
      lastArrivalAgoMs: clock.now() - this.#ledger.lastArrivalAt,
      // Who is held back needs the rest of the time for an answer.
      limitMs: Math.min(limitMs / 4, MAX_QUIET_WAIT_MS),
      signal,
    })
    const acceptedLate = await closeListener(this.#server, clock, limitMs, closeListenerOnly)
    this.#deferred?.release()
    this.#isListenerClosed = true
    return acceptedLate
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
      this.#log.warn(
        { ...fields, cutWork: cut },
        `"${this.#options.name}" cut what was still open after ${formatDuration(limitMs)}`,
      )
  }

  #figures(acceptedLate: number, cutCount: number): HttpFigures {
    const { requests, answered, clientGone, cut, upgraded } = this.#ledger.totals
    return {
      requests,
      answered,
      answeredInDrain: answered - this.#answeredBefore,
      clientGone,
      cut,
      upgraded,
      toldGoodbye: this.#longLived.toldGoodbye,
      upgradedCut: cutCount - cut,
      streamsEnded: this.#longLived.streamsEnded,
      refused: this.#refused,
      idleClosed: this.#retirement.idleClosed,
      metClose: this.#metClose,
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

  #destroyAll(): readonly OpenItem[] {
    const left = this.#ledger.openItems()
    for (const connection of this.#ledger.connections) this.#ledger.destroy(connection)
    return left
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
    connection.markIdle()
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
