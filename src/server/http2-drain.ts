import { MAX_LISTED_WORK, type OpenWork } from '../lifecycle/open-work.ts'
import { closeSparingIdle } from './close-listener.ts'
import { closeWhenQuiet } from './close-when-quiet.ts'
import { DrainEnd, untilGone } from './drain-end.ts'
import { describeWork, reportFinish } from './finish-report.ts'
import { DEFAULT_LATE_REQUEST_GRACE_MS, DEFAULT_LINGER_MS } from './http-drain-options.ts'
import { StreamGate } from './http2-gate.ts'
import { type StreamTotals, StreamLedger } from './http2-ledger.ts'
import { SessionLeaving } from './http2-leaving.ts'
import { LongStreams } from './http2-long-lived.ts'
import { streamName } from './request-name.ts'
import type { AnyHttp2Server } from './http2-server.ts'
import type { OpenStream } from './http2-work.ts'
import { countInterrupted, endSignals } from './request-signal.ts'
import type { LoadGuard } from './shedding/load-guard.ts'
import type { DrainingOptions, FinishOptions, FinishReport, ServerDrain, ServerDrainOptions } from './server-drain.ts'

export interface Http2DrainOptions extends ServerDrainOptions {
  /** How long a session may still bring a stream once the listener is closed, in milliseconds. @default 250 */
  readonly lateRequestGraceMs?: number
  /** How long the client's word is waited for: that it has read a notice, that it has all of an answer. @default 1000 */
  readonly lingerMs?: number
  /** How long nobody may have connected before the listener closes, in milliseconds. @default as for HTTP/1.1 */
  readonly quietMs?: number
  /**
   * Finishes the connections of the same server that don't speak HTTP/2, or not yet: one in its handshake may become a
   * session until this is over. @default nothing, each connection is a session from its beginning
   */
  readonly finishRest?: (options: FinishOptions) => Promise<unknown>
}

/** The figures of an HTTP/2 server in the report on its end, counted since it is tracked. */
export interface Http2Figures extends Readonly<Record<string, number>> {
  readonly sessions: number
  /** Streams of clients. `requests + pushed = answered + clientGone + cut + in flight`, at any time. */
  readonly requests: number
  /** Streams that the service opened by itself. */
  readonly pushed: number
  /** Complete, and given to the socket. */
  readonly answered: number
  /** Those of them that were answered once clients were told to go elsewhere: what a shutdown without a drain loses. */
  readonly answeredInDrain: number
  /** Those that were asked to end at the soft deadline, by a signal that their handler uses, and did. */
  readonly interrupted: number
  /** Ended without a complete answer because the client gave up or the handler did. */
  readonly clientGone: number
  /** Cut by us at the limit. */
  readonly cut: number
  /** Answered, but the end of the answer could not be sent before the limit. */
  readonly unsent: number
  /** CONNECT, with or without a protocol in it (WebSocket). */
  readonly upgraded: number
  readonly upgradedCut: number
  /** Tunnels that were told in their own protocol. */
  readonly toldGoodbye: number
  /** Streams of server-sent events that were ended. */
  readonly streamsEnded: number
  /** Sessions that got a shutdown notice, and those of them whose client has shown that it has read it. */
  readonly noticed: number
  readonly acknowledged: number
  /** Taken in at the last moment instead of being reset. */
  readonly acceptedLate: number
}

/** Account of the streams of one HTTP/2 server, and its orderly end. Connections of HTTP/1.1 on it are not its own. */
export class Http2Drain implements ServerDrain {
  readonly #server: AnyHttp2Server
  readonly #options: Http2DrainOptions
  readonly #ledger: StreamLedger
  readonly #gate: StreamGate
  readonly #leaving: SessionLeaving
  readonly #longStreams: LongStreams
  #unguard: (() => void) | undefined
  #isDraining = false
  #answeredBefore = 0
  #isListenerClosed = false
  #finishing: Promise<FinishReport> | undefined

  constructor(server: AnyHttp2Server, options: Http2DrainOptions) {
    const { clock, name, sayGoodbye, lingerMs = DEFAULT_LINGER_MS } = options
    this.#server = server
    this.#options = options
    this.#ledger = new StreamLedger(server, clock)
    this.#gate = new StreamGate((tracked, stream, headers) => this.#ledger.enter(tracked, stream, headers))
    this.#leaving = new SessionLeaving({ clock, lingerMs, gate: this.#gate })
    this.#longStreams = new LongStreams({ clock, name, ledger: this.#ledger, sayGoodbye })
  }

  get inFlight(): number {
    return this.#ledger.inFlight
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  get totals(): StreamTotals {
    return this.#ledger.totals
  }

  /** Connections that speak HTTP/2. */
  get sessionCount(): number {
    return this.#ledger.sessionCount
  }

  openWork(): readonly OpenWork[] {
    return this.#describe(this.#ledger.openStreams())
  }

  /**
   * From now on clients are led away, see {@link SessionLeaving}: those of sessions that have carried a stream soon, of
   * the others a while after their first. Server-sent events are ended and WebSockets told goodbye, spread over `spreadMs`.
   */
  startDraining({ spreadMs = 0 }: DrainingOptions = {}): void {
    if (this.#isDraining) return
    this.#isDraining = true
    this.#answeredBefore = this.#ledger.totals.answered
    this.#leaving.startDraining(spreadMs)
    this.#ledger.events.stream = (entry) => {
      this.#leaving.streamOpened(entry)
      this.#longStreams.streamOpened(entry)
    }
    this.#ledger.events.opened = (tracked) => this.#leaving.lead(tracked)
    for (const tracked of this.#ledger.sessions) this.#leaving.lead(tracked)
    this.#longStreams.tellAll(spreadMs)
  }

  finish(options: FinishOptions): Promise<FinishReport> {
    this.#finishing ??= this.#finish(options)
    return this.#finishing
  }

  guard(guard: LoadGuard): void {
    this.#unguard ??= guard.guardHttp2(this.#server, this.#ledger)
  }

  release(): void {
    this.#unguard?.()
    this.#leaving.stop()
    this.#longStreams.stop()
    this.#ledger.release()
  }

  async #finish(options: FinishOptions): Promise<FinishReport> {
    const { clock, lateRequestGraceMs = DEFAULT_LATE_REQUEST_GRACE_MS } = this.#options
    const { limitMs, softLimitMs } = options
    const startedAt = clock.now()
    this.startDraining()
    let isRestOver = this.#options.finishRest === undefined
    const isOver = (): boolean => this.#isListenerClosed && isRestOver && this.#ledger.sessionCount === 0
    const end = new DrainEnd(clock, options, isOver)
    const cancelSoft = softLimitMs === undefined ? undefined : clock.schedule(softLimitMs, () => this.#askForEnd())
    const closing = closeWhenQuiet(this.#server, {
      clock,
      gate: this.#gate,
      quietMs: this.#options.quietMs,
      lastArrivalAt: this.#ledger.lastArrivalAt,
      limitMs,
      signal: options.signal,
      close: () => this.closeListenerOnly(),
    })
    const acceptedLate = await end.afterClose(closing)
    this.#isListenerClosed = true
    this.#longStreams.finish()
    this.#ledger.events.opened = (tracked) => this.#leaving.begin(tracked)
    this.#ledger.events.gone = (tracked) => {
      this.#leaving.forget(tracked)
      end.look()
    }
    for (const tracked of this.#ledger.sessions) this.#leaving.begin(tracked)
    const cancelGrace = clock.schedule(lateRequestGraceMs, () => this.#endGrace())
    const restIsOver = (): void => {
      isRestOver = true
      end.look()
    }
    // What fails there is told by whoever adds the two up.
    void this.#options.finishRest?.(options).then(restIsOver, restIsOver)
    end.look()
    await end.reached
    cancelSoft?.()
    cancelGrace()
    const left = this.#leftOver()
    const cut = this.#describe(left.slice(0, MAX_LISTED_WORK))
    await this.#destroyAll()
    this.release()
    const report = reportFinish(this.#options, {
      startedAt,
      limitMs,
      cutCount: left.length,
      cut,
      figures: this.#figures(acceptedLate, left),
    })
    end.throwFailure()
    return report
  }

  /**
   * Closes the listener and nothing else. From version 24 on, Node's own `close()` ends every session besides, in a way
   * that loses the streams on the wire.
   */
  closeListenerOnly(): void {
    const sessions = [...this.#ledger.sessions].map(({ session }) => session)
    for (const session of sessions) session.close = () => {}
    try {
      closeSparingIdle(this.#server)
    } finally {
      for (const session of sessions) Reflect.deleteProperty(session, 'close')
    }
  }

  /** Whoever has not been led away by now is sent away: what can't be noticed, and what has never said a word. */
  #endGrace(): void {
    for (const tracked of this.#ledger.sessions) {
      const { socket } = tracked
      const isSilent = 'bytesRead' in socket && socket.bytesRead === 0
      if (isSilent || this.#leaving.isWaitingForAnswer(tracked)) this.#leaving.finalise(tracked)
    }
  }

  /** The soft deadline: from here on, whoever has not ended is asked to. */
  #askForEnd(): void {
    endSignals(this.#server, this.#options.name)
    this.#longStreams.endTold()
  }

  /** Streams that are not over, and those whose end is still unsent. */
  #leftOver(): readonly OpenStream[] {
    const left = [...this.#ledger.openStreams()]
    for (const { streams, lastOver, unsentBytes } of this.#ledger.sessions) {
      if (streams.size === 0 && lastOver !== undefined && unsentBytes > 0) left.push(lastOver)
    }
    return left
  }

  /** Each stream is told that it is given up (RST_STREAM, CANCEL); then its connection goes. */
  async #destroyAll(): Promise<void> {
    const sessions = [...this.#ledger.sessions]
    for (const tracked of sessions) {
      const streams = [...tracked.streams].map(({ stream }) => stream)
      this.#ledger.cut(tracked)
      for (const stream of streams) stream.close(CANCEL)
    }
    await untilGone(() => sessions.every(({ unsentBytes, session }) => session.destroyed || unsentBytes === 0))
    for (const { session } of sessions) session.destroy()
    await untilGone(() => this.#ledger.sessionCount === 0)
    for (const { socket } of sessions) socket.destroy()
    await untilGone(() => this.#ledger.sessionCount === 0)
  }

  #figures(acceptedLate: number, left: readonly OpenStream[]): Http2Figures {
    const { tunnels, tunnelsCut, ...totals } = this.#ledger.totals
    return {
      ...totals,
      answeredInDrain: totals.answered - this.#answeredBefore,
      interrupted: countInterrupted(
        this.#server,
        'http2',
        left.map(({ stream }) => stream),
      ),
      unsent: left.length - totals.cut - tunnelsCut,
      upgraded: tunnels,
      upgradedCut: tunnelsCut,
      toldGoodbye: this.#longStreams.toldGoodbye,
      streamsEnded: this.#longStreams.streamsEnded,
      noticed: this.#leaving.noticed,
      acknowledged: this.#leaving.acknowledged,
      acceptedLate,
    }
  }

  #describe(streams: readonly OpenStream[]): readonly OpenWork[] {
    const { clock, routeOf } = this.#options
    return describeWork(clock, streams, (entry) => ({
      kind: entry.kind === 'tunnel' ? 'connection' : 'stream',
      name: streamName(entry, routeOf),
    }))
  }
}

/** What RST_STREAM says of a stream that is no longer wanted (RFC 9113 §7). */
const CANCEL = 0x8

/** Starts to keep account of an HTTP/2 server; call it when the server is made, before it listens. */
export function trackHttp2Server(server: AnyHttp2Server, options: Http2DrainOptions): Http2Drain {
  return new Http2Drain(server, options)
}
