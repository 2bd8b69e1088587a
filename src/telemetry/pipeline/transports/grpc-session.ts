import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2'
import type { Socket } from 'node:net'
import type { Clock } from '../../../core/clock.ts'
import type { Attempt } from './attempt.ts'

/** One connection of HTTP/2. It does not keep the process alive: who waits for a call does, where it must be. */
export class GrpcSession {
  readonly #session: ClientHttp2Session
  readonly #socket: Socket
  readonly #clock: Clock
  #answered = 0
  #lastStreamId = Infinity
  #isPinging = false
  #isRetired = false
  #error: Error | undefined

  constructor(session: ClientHttp2Session, socket: Socket, clock: Clock) {
    this.#session = session
    this.#socket = socket
    this.#clock = clock
    session.on('error', (error) => (this.#error ??= error))
    session.on('goaway', (_code, lastStreamId: number) => (this.#lastStreamId = lastStreamId))
    session.unref()
  }

  /** False once the server has said that it goes, or the connection is over. */
  get isUsable(): boolean {
    return !this.#isRetired && !this.#session.closed && !this.#session.destroyed && this.#lastStreamId === Infinity
  }

  /** True once the connection is gone. */
  get isOver(): boolean {
    return this.#session.destroyed || this.#socket.destroyed
  }

  /** Whether it has worked before, so that it may be one that the server has closed meanwhile. */
  get isReused(): boolean {
    return this.#answered > 0
  }

  /** Why it is over, if it is and there is a reason. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Opens a call. Beyond what the server takes at the same time it waits in line, within nghttp2. */
  open(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.#session.request(headers)
    stream.once('response', () => this.#answered++)
    return stream
  }

  /** Whether the server has said that it didn't look at a call. */
  hasPassedOver(stream: ClientHttp2Stream): boolean {
    return stream.id !== undefined && stream.id > this.#lastStreamId
  }

  /**
   * Finds out whether the other end is still there when an answer does not come: half-way through the attempt it is
   * asked, and when it has not answered even that by the end of the attempt, the connection is thrown away. TCP alone
   * takes minutes to notice. One question per attempt, and none without a call, because servers close connections that
   * ask more often.
   *
   * @see https://github.com/grpc/grpc/blob/master/doc/keepalive.md
   */
  watch(attempt: Attempt): void {
    let isUnanswered = false
    const cancel = this.#clock.schedule(
      attempt.leftMs / 2,
      () => {
        if (this.#isPinging) {
          isUnanswered = true
          return
        }
        isUnanswered = this.#ping()
      },
      { keepAlive: false },
    )
    attempt.onEnd(() => {
      cancel()
      if (isUnanswered && this.#isPinging && attempt.leftMs <= 1) this.destroy()
    })
  }

  /** Takes no more calls, and closes after those that it carries. */
  retire(): void {
    this.#isRetired = true
    this.#session.close()
  }

  destroy(): void {
    this.#session.destroy()
    // At once, whatever the session still has to write.
    this.#socket.destroy()
  }

  #ping(): boolean {
    if (this.#session.destroyed) return false
    this.#isPinging = this.#session.ping(() => (this.#isPinging = false))
    return this.#isPinging
  }
}
