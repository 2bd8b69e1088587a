import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'

import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import { closeWhenQuiet } from './close-when-quiet.ts'
import { type ConnectionCounts, countConnections } from './connection-counts.ts'
import { DrainEnd, untilGone } from './drain-end.ts'
import { describeWork, reportFinish } from './finish-report.ts'
import { DEFAULT_LATE_REQUEST_GRACE_MS, DEFAULT_LINGER_MS, type HttpDrainOptions } from './http-drain-options.ts'
import type { HttpFigures } from './http-figures.ts'
import { RequestGate } from './http-gate.ts'
import { ConnectionLeaving } from './http-leaving.ts'
import { LongLived } from './long-lived.ts'
import { countInterrupted, endSignals, setResponseFinder } from './request-signal.ts'
import { RequestLedger, type RequestTotals } from './request-ledger.ts'
import { requestName, upgradeName } from './request-name.ts'
import type { DrainingOptions, FinishOptions, FinishReport, ServerDrain } from './server-drain.ts'
import type { OpenItem } from './tracked-connection.ts'
import type { LoadGuard } from './shedding/load-guard.ts'
import { watchServer } from './watch-server.ts'

/**
 * Account of the requests of one HTTP/1.1 server, and its orderly end: {@link startDraining} while load balancers still
 * send, then {@link finish}.
 */
export class HttpDrain implements ServerDrain {
  readonly #server: HttpServer
  readonly #options: HttpDrainOptions
  readonly #ledger: RequestLedger
  readonly #unwatch: () => void
  readonly #gate: RequestGate
  readonly #leaving: ConnectionLeaving
  readonly #longLived: LongLived
  #unguard: (() => void) | undefined
  #isDraining = false
  #isListenerClosed = false
  #answeredBefore = 0
  #finishing: Promise<FinishReport> | undefined

  constructor(server: HttpServer | HttpsServer, options: HttpDrainOptions) {
    const { clock, name, sayGoodbye } = options
    this.#server = server
    this.#options = options
    this.#ledger = new RequestLedger(clock)
    this.#gate = new RequestGate(server, this.#ledger)
    this.#longLived = new LongLived({ clock, name, ledger: this.#ledger, sayGoodbye })
    this.#leaving = new ConnectionLeaving({
      clock,
      ledger: this.#ledger,
      graceMs: options.lateRequestGraceMs ?? DEFAULT_LATE_REQUEST_GRACE_MS,
      lingerMs: options.lingerMs ?? DEFAULT_LINGER_MS,
      onWritten: (entry) => this.#longLived.headersWritten(entry),
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
    return countConnections(this.#ledger.connections)
  }

  /** Whether {@link startDraining} was called. */
  get isDraining(): boolean {
    return this.#isDraining
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
    if (this.#isDraining) return
    this.#isDraining = true
    this.#answeredBefore = this.#ledger.totals.answered
    this.#ledger.events.upgraded = (connection) => this.#longLived.upgraded(connection)
    this.#leaving.begin()
    this.#gate.begin()
    this.#longLived.tellAll(spreadMs)
  }

  /**
   * Closes the listener, waits until every request is answered and every connection has ended, and at the limit
   * destroys what is left. Never takes longer than the limit (the event loop permitting). Safe to call any number of
   * times: every call gets the report of the first.
   *
   * @throws what the server's own `close()` throws; all the rest has been done by then
   */
  finish(options: FinishOptions): Promise<FinishReport> {
    this.#finishing ??= this.#finish(options)
    return this.#finishing
  }

  guard(guard: LoadGuard): void {
    this.#unguard ??= guard.guardHttp(this.#server, this.#ledger)
  }

  /** Stops watching the server and leaves it as it was; {@link finish} does so at its end. */
  release(): void {
    this.#unwatch()
    this.#gate.end()
    this.#unguard?.()
    this.#leaving.stop()
    this.#longLived.stop()
    setResponseFinder(this.#server, undefined)
    this.#ledger.events.upgraded = undefined
    this.#ledger.events.empty = undefined
  }

  async #finish(options: FinishOptions): Promise<FinishReport> {
    const { clock } = this.#options
    const { limitMs, softLimitMs } = options
    const startedAt = clock.now()
    this.startDraining()
    const cancelSpare = this.#leaving.spareUntil(limitMs, softLimitMs)
    const cancelSoft = softLimitMs === undefined ? undefined : clock.schedule(softLimitMs, () => this.#askForEnd())
    const end = new DrainEnd(clock, options, () => this.#isListenerClosed && this.#ledger.connectionCount === 0)
    this.#ledger.events.empty = () => end.look()
    const closing = closeWhenQuiet(this.#server, {
      clock,
      gate: this.#gate,
      quietMs: this.#options.quietMs,
      lastArrivalAt: this.#ledger.lastArrivalAt,
      limitMs,
      signal: options.signal,
      close: this.#options.closeListenerOnly,
    })
    const acceptedLate = await end.afterClose(closing)
    this.#isListenerClosed = true
    this.#longLived.finish()
    this.#leaving.listenerClosed()
    end.look()
    await end.reached
    cancelSoft?.()
    cancelSpare()
    const left = this.#destroyAll()
    await untilGone(() => this.#ledger.connectionCount === 0)
    this.release()
    const report = reportFinish(this.#options, {
      startedAt,
      limitMs,
      cutCount: left.length,
      cut: this.#describe(left.slice(0, MAX_LISTED_WORK)),
      figures: this.#figures(acceptedLate, left),
    })
    end.throwFailure()
    return report
  }

  /** The soft deadline: from here on, whoever has not ended is asked to. */
  #askForEnd(): void {
    endSignals(this.#server, this.#options.name)
    this.#longLived.endTold()
  }

  #figures(acceptedLate: number, left: readonly OpenItem[]): HttpFigures {
    const { requests, answered, clientGone, cut, upgraded } = this.#ledger.totals
    return {
      requests,
      answered,
      answeredInDrain: answered - this.#answeredBefore,
      interrupted: countInterrupted(
        this.#server,
        'http1',
        left.map(({ request }) => request),
      ),
      clientGone,
      cut,
      upgraded,
      toldGoodbye: this.#longLived.toldGoodbye,
      upgradedCut: left.length - cut,
      streamsEnded: this.#longLived.streamsEnded,
      refused: this.#gate.refused,
      idleClosed: this.#leaving.idleClosed,
      metClose: this.#gate.metClose,
      acceptedLate,
      stalled: this.#leaving.stalledClosed,
    }
  }

  #describe(items: readonly OpenItem[]): readonly OpenWork[] {
    const { clock, routeOf } = this.#options
    return describeWork(clock, items, ({ kind, request }) => ({
      kind,
      name: kind === 'request' ? requestName(request, routeOf) : upgradeName(request, routeOf),
    }))
  }

  #destroyAll(): readonly OpenItem[] {
    const left = this.#ledger.openItems()
    for (const connection of this.#ledger.connections) this.#ledger.destroy(connection)
    return left
  }
}

/**
 * Starts to keep account of `server`; call it when the server is made, before it listens. Requests and connections that
 * are already open are found as far as Node lets them be found.
 */
export function trackHttpServer(server: HttpServer | HttpsServer, options: HttpDrainOptions): HttpDrain {
  return new HttpDrain(server, options)
}
