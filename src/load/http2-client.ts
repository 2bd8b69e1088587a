import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2'

import { SeaworthyError } from '../core/seaworthy-error.ts'
import { AnswerOfStream } from './answer-of-stream.ts'
import { DelayedSocket } from './delayed-socket.ts'
import { openHalfOpen } from './half-open-socket.ts'
import type { RawConnectionOptions } from './raw-connection-options.ts'
import {
  DEFAULT_REQUEST_TIMEOUT_MS,
  type RawRequest,
  type RawResult,
  type RequestOutcome,
  type WireTimes,
} from './raw-request.ts'
import { ReceivedResets } from './received-resets.ts'
import { SentStreams } from './sent-streams.ts'
import { authorityOf } from './authority-of.ts'

/** What became of a stream, in the words of {@link RawResult}. */
export interface Http2Result extends RawResult {
  /** The server says that it has not processed the stream, so that it may be sent again: it is refused, not lost. */
  readonly isRetrySafe: boolean
  /** The code with which the server reset the stream; absent when it did not. */
  readonly resetCode?: number
  readonly trailers?: Readonly<Record<string, string>>
}

/** A stream whose two directions are in the hands of the caller: a tunnel, server-sent events, a gRPC call. */
export type Http2RawStream = ClientHttp2Stream

const DEFAULT_KEEP_BODY_BYTES = 1024 * 1024

/**
 * One HTTP/2 connection, as a strict client has it: it never retries, never opens a second one, opens no stream once a
 * GOAWAY has come, and tells exactly what became of each. A stream is `refused` only if it never went on the wire.
 */
export class RawHttp2Connection {
  readonly #options: RawConnectionOptions
  readonly #sent = new SentStreams()
  readonly #resets = new ReceivedResets()
  #session: ClientHttp2Session | undefined
  #wire: DelayedSocket | undefined
  #isConnected = false
  #isOver = false
  #requestCount = 0
  #errorCode: string | undefined
  #onClosed: (() => void) | undefined
  #onOpened: (() => void) | undefined
  #onGoaway: ((errorCode: number, lastStream: number) => void) | undefined
  readonly #goaways: number[] = []
  /** When the headers of a stream leave this end of the wire, by its number, while it is open. */
  readonly #headersSentAt = new Map<number, number>()
  readonly #open = new Set<Http2RawStream>()
  #serverClosedAt: number | undefined
  readonly closed: Promise<void>
  #resolveClosed = (): void => {}

  constructor(options: RawConnectionOptions) {
    this.#options = options
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve))
  }

  get requestCount(): number {
    return this.#requestCount
  }

  /** Whether a further stream may be opened: neither side has closed, and no GOAWAY has come. */
  get isUsable(): boolean {
    const isEnding = this.#session?.closed === true || this.#session?.destroyed === true
    return !this.#isOver && !isEnding && this.#goaways.length === 0
  }

  /** The last stream that each GOAWAY named, in order: 2^31 - 1 is a notice. */
  get goaways(): readonly number[] {
    return this.#goaways
  }

  /** Called once, as soon as the client knows that no further stream may be opened. */
  set onClosed(callback: () => void) {
    this.#onClosed = callback
  }

  /** Called once, when the connection stands. */
  set onOpened(callback: () => void) {
    this.#onOpened = callback
  }

  /** Called with each GOAWAY. */
  set onGoaway(callback: (errorCode: number, lastStream: number) => void) {
    this.#onGoaway = callback
  }

  /** Makes the connection; true when it stands. A request does so by itself. */
  connect(): Promise<boolean> {
    const session = this.#start()
    if (this.#isConnected || this.#isOver) return Promise.resolve(this.#isConnected)
    return new Promise((resolve) => {
      session.once('connect', () => resolve(true))
      session.once('close', () => resolve(false))
    })
  }

  /**
   * Opens a stream for `request` and waits for what becomes of it; never rejects.
   *
   * @throws {@link SeaworthyError} `SEA_LOAD_CONNECTION_CLOSED` when the connection is not usable any more
   */
  request(request: RawRequest): Promise<Http2Result> {
    const { clock, keepBodyBytes = DEFAULT_KEEP_BODY_BYTES } = this.#options
    const startedAt = clock.now()
    const reuse = this.#requestCount
    const { method = 'GET', path, headers = {}, body, timeoutMs = DEFAULT_REQUEST_TIMEOUT_MS } = request
    const stream = this.open({ ':method': method, ':path': path, ...headers })
    const answer = new AnswerOfStream(stream, keepBodyBytes)
    let timedOut = false
    let firstByteAt: number | undefined
    stream.once('response', () => (firstByteAt = clock.now()))
    const cancelTimeout = clock.schedule(timeoutMs, () => {
      timedOut = true
      stream.close(constants.NGHTTP2_CANCEL)
    })
    stream.end(body)
    return new Promise((resolve) => {
      stream.once('close', () => {
        cancelTimeout()
        const outcome = timedOut ? 'timeout' : this.#whatBecame(stream, answer, reuse)
        const resetCode = this.#resets.take(stream.id ?? 0)
        const errorCode = this.#errorCode ?? (stream.rstCode === 0 ? undefined : `RST_STREAM ${stream.rstCode ?? ''}`)
        resolve({
          outcome,
          ...(outcome === 'answered' ? answer.whole() : {}),
          isRetrySafe: resetCode === constants.NGHTTP2_REFUSED_STREAM || this.#isAboveGoaway(stream.id),
          ...(resetCode === undefined ? {} : { resetCode }),
          saidClose: this.#goaways.length > 0,
          reuse,
          tookMs: clock.now() - startedAt,
          wire: this.#timesOf(stream.id, firstByteAt),
          ...(errorCode === undefined ? {} : { errorCode }),
        })
      })
    })
  }

  /**
   * Opens a stream and leaves it to the caller, who also ends it.
   *
   * @throws {@link SeaworthyError} `SEA_LOAD_CONNECTION_CLOSED` when the connection is not usable any more
   */
  open(headers: OutgoingHttpHeaders): Http2RawStream {
    const { host, port } = this.#options
    if (!this.isUsable) {
      throw new SeaworthyError('SEA_LOAD_CONNECTION_CLOSED', `The connection to ${authorityOf(host, port)} is closed`, {
        hint: 'Look at isUsable first and open a new connection.',
      })
    }
    this.#requestCount++
    const stream = this.#start().request(headers, { endStream: false })
    stream.on('error', () => {})
    this.#open.add(stream)
    stream.once('close', () => this.#open.delete(stream))
    return stream
  }

  pause(): void {
    this.#wire?.stall()
  }

  resume(): void {
    this.#wire?.unstall()
  }

  /** Gives up every stream that waits, with RST_STREAM and CANCEL; what does not stand yet is closed. */
  cancel(): void {
    if (!this.#isConnected) this.close()
    for (const stream of this.#open) stream.close(constants.NGHTTP2_CANCEL)
  }

  /** Closes both directions; a stream that waits ends as it does when the connection dies. */
  close(): void {
    this.#session?.destroy()
    this.#over()
  }

  /** Closes with a reset, as a crashed client does. */
  reset(): void {
    this.#wire?.reset()
    this.#over()
  }

  #start(): ClientHttp2Session {
    if (this.#session !== undefined) return this.#session
    const { host, port, tls, clock, wireDelayMs = 0 } = this.#options
    const socket = openHalfOpen({ host, port, tls, protocols: ['h2'] })
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      this.#isConnected = true
      this.#onOpened?.()
    })
    const onServerClosed = (): number => (this.#serverClosedAt ??= clock.now())
    socket.once('end', onServerClosed)
    socket.once('close', onServerClosed)
    const onWrite = (bytes: Buffer): void => {
      const before = this.#sent.last
      this.#sent.push(bytes)
      for (let id = before + 1; id <= this.#sent.last; id++) this.#headersSentAt.set(id, clock.now() + wireDelayMs)
    }
    const wire = new DelayedSocket(socket, { clock, wireDelayMs, onWrite, onRead: (bytes) => this.#resets.push(bytes) })
    const session = connectHttp2(`${tls === undefined ? 'http' : 'https'}://${authorityOf(host, port)}`, {
      createConnection: () => wire,
    })
    session.on('goaway', (code: number, lastStream: number) => {
      this.#goaways.push(lastStream)
      this.#onGoaway?.(code, lastStream)
      this.#onClosed?.()
      this.#onClosed = undefined
    })
    session.on('error', (error: NodeJS.ErrnoException) => (this.#errorCode = error.code ?? 'UNKNOWN'))
    wire.on('error', (error: NodeJS.ErrnoException) => (this.#errorCode = error.code ?? 'UNKNOWN'))
    // Pushes are taken, and thrown away.
    session.on('stream', (pushed) => pushed.on('error', () => {}).resume())
    session.once('close', () => this.#over())
    this.#wire = wire
    this.#session = session
    return session
  }

  #over(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onClosed?.()
    this.#onClosed = undefined
    this.#resolveClosed()
  }

  #isAboveGoaway(streamId: number | undefined): boolean {
    const lastStream = this.#goaways.at(-1)
    return lastStream !== undefined && (streamId ?? Number.POSITIVE_INFINITY) > lastStream
  }

  #timesOf(streamId: number | undefined, firstByteAt: number | undefined): WireTimes {
    const sentAt = this.#headersSentAt.get(streamId ?? 0)
    this.#headersSentAt.delete(streamId ?? 0)
    const hasLeft = sentAt !== undefined && sentAt <= this.#options.clock.now()
    return {
      ...(hasLeft ? { headSentAt: sentAt } : {}),
      ...(firstByteAt === undefined ? {} : { firstByteAt }),
      ...(this.#serverClosedAt === undefined ? {} : { serverClosedAt: this.#serverClosedAt }),
    }
  }

  #whatBecame(stream: ClientHttp2Stream, answer: AnswerOfStream, reuse: number): RequestOutcome {
    if (answer.isWhole) return 'answered'
    if (!this.#isConnected || (stream.id ?? Number.POSITIVE_INFINITY) > this.#sent.last) return 'refused'
    if (isProtocolError(stream.errored)) return 'malformed'
    if (answer.hasBegun) return 'truncated'
    return reuse === 0 ? 'reset-fresh' : 'reset-reused'
  }
}

/** What the HTTP/2 library says of bytes that it does not understand. */
function isProtocolError(error: NodeJS.ErrnoException | null): boolean {
  return error?.code === 'ERR_HTTP2_ERROR'
}
