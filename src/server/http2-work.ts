import type { Http2ServerRequest, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'

/** A stream of HTTP/2 that is not over. */
export interface OpenStream {
  readonly stream: ServerHttp2Stream
  /** Of the request; of a push, those that were promised. */
  readonly headers: IncomingHttpHeaders
  readonly session: TrackedSession
  readonly startedAt: number
  /** `tunnel`: CONNECT, with or without a protocol in it (WebSocket). It never ends by itself. */
  readonly kind: 'request' | 'push' | 'tunnel'
  /** There when the service uses the API that HTTP/1.1 has, too. */
  request?: Http2ServerRequest
  /** A stream that would stay for ever was asked to end. */
  wasToldToEnd?: boolean
  /** It is no part of the load. */
  isAside?: boolean
}

/** What is known of one connection that speaks HTTP/2. */
export class TrackedSession {
  readonly session: ServerHttp2Session
  /** What the session reads and writes; for TLS the TLS socket. The session itself only lends it out. */
  readonly socket: Duplex
  readonly startedAt: number
  readonly streams = new Set<OpenStream>()
  /** Has carried a stream: until then its client may be about to send the first one. */
  hasServed = false
  /** How many streams it had at most at a time. */
  highestCount = 0
  /** The last stream that was over: what a report names when its end is still on its way to the client. */
  lastOver: OpenStream | undefined
  /** It was begun to lead the client away. */
  isLeaving = false
  /** The client knows that it may open no more streams here; the session ends with the last one. */
  isFinal = false
  /** We cut it, so what it still carried counts as cut and not as given up by the client. */
  isCut = false

  constructor(session: ServerHttp2Session, socket: Duplex, startedAt: number) {
    this.session = session
    this.socket = socket
    this.startedAt = startedAt
  }

  /** The only stream that is open, if it is the only one. */
  get soleStream(): OpenStream | undefined {
    const [first, second] = this.streams
    return second === undefined ? first : undefined
  }

  /** Streams whose answer is not complete: the client waits for it, or for the rest of it. */
  get waitingCount(): number {
    let count = 0
    for (const { stream } of this.streams) if (!stream.writableEnded) count++
    return count
  }

  /** Bytes that were given to the socket and that the kernel has not taken yet. */
  get unsentBytes(): number {
    const { writableLength, _handle: handle } = this.socket as Duplex & {
      readonly _handle?: { readonly writeQueueSize?: number } | null
    }
    return this.socket.destroyed ? 0 : writableLength + (handle?.writeQueueSize ?? 0)
  }
}
