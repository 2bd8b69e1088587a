import { contextOf } from './context-headers.ts'
import { type Frame, FLAG, FRAME, FrameReader, PREFACE } from './http2-frames.ts'
import { HpackDecoder } from './hpack-decoder.ts'
import type { ExchangeSeen, ProtocolSniffer } from './exchange-seen.ts'

type Began = Omit<ExchangeSeen, 'what' | 'status'>

interface Stream {
  readonly began: Began
  status?: number
}

/** Streams that were begun and are not over; with more, the connection is left alone. */
const MAX_STREAMS = 10_000
/** Of one block of headers, over all of its frames. */
const MAX_BLOCK_BYTES = 1024 * 1024

/** Follows the streams of a connection of HTTP/2. */
export class Http2Sniffer implements ProtocolSniffer {
  readonly #onExchange: (seen: ExchangeSeen) => void
  readonly #streams = new Map<number, Stream>()
  readonly #up: FrameReader
  readonly #down: FrameReader
  #prefaceLeft = PREFACE.length
  #count = 0

  constructor(onExchange: (seen: ExchangeSeen) => void) {
    this.#onExchange = onExchange
    const asked = new HeaderBlocks((stream, headers) => this.#onRequest(stream, headers))
    const answered = new HeaderBlocks((stream, headers, endsStream) => this.#onAnswer(stream, headers, endsStream))
    this.#up = new FrameReader((frame) => {
      asked.push(frame)
      if (frame.type === FRAME.rstStream) this.#cancel(frame.stream)
    })
    this.#down = new FrameReader((frame) => {
      answered.push(frame)
      if (frame.type === FRAME.rstStream) this.#streams.delete(frame.stream)
      if (frame.type === FRAME.data && (frame.flags & FLAG.endStream) !== 0) this.#answer(frame.stream)
    })
  }

  up(bytes: Buffer): void {
    const skipped = Math.min(this.#prefaceLeft, bytes.length)
    this.#prefaceLeft -= skipped
    this.#up.push(bytes.subarray(skipped))
  }

  down(bytes: Buffer): void {
    this.#down.push(bytes)
  }

  downEnded(): void {}

  serviceLeft(): void {
    for (const stream of this.#streams.keys()) this.#cancel(stream)
  }

  #onRequest(stream: number, headers: ReadonlyMap<string, string>): void {
    const method = headers.get(':method')
    // Trailers have none.
    if (method === undefined || this.#streams.has(stream)) return
    if (this.#streams.size >= MAX_STREAMS) throw new Error('more streams than can be followed')
    const path = headers.get(':path') ?? ''
    const began: Began = { exchange: this.#count++, protocol: 'h2', method, path, ...contextOf(headers) }
    this.#streams.set(stream, { began })
    this.#onExchange({ what: 'began', ...began })
  }

  #onAnswer(id: number, headers: ReadonlyMap<string, string>, endsStream: boolean): void {
    const stream = this.#streams.get(id)
    const status = headers.get(':status')
    if (stream !== undefined && status !== undefined) stream.status = Number(status)
    if (endsStream) this.#answer(id)
  }

  #answer(id: number): void {
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    this.#streams.delete(id)
    const { began, status } = stream
    this.#onExchange({ what: 'answered', ...began, ...(status === undefined ? {} : { status }) })
  }

  #cancel(id: number): void {
    const stream = this.#streams.get(id)
    if (stream === undefined) return
    this.#streams.delete(id)
    this.#onExchange({ what: 'cancelled', ...stream.began })
  }
}

/** Puts blocks of headers together and decodes them all, in order: the state of the coding is shared by the connection. */
class HeaderBlocks {
  readonly #onHeaders: (stream: number, headers: ReadonlyMap<string, string>, endsStream: boolean) => void
  readonly #decoder = new HpackDecoder()
  #parts: Buffer[] = []
  #byteCount = 0
  #stream = 0
  #endsStream = false
  #isPromise = false

  constructor(onHeaders: (stream: number, headers: ReadonlyMap<string, string>, endsStream: boolean) => void) {
    this.#onHeaders = onHeaders
  }

  push({ type, flags, stream, payload }: Frame): void {
    if (type !== FRAME.headers && type !== FRAME.continuation && type !== FRAME.pushPromise) return
    if (type !== FRAME.continuation) {
      this.#parts = []
      this.#byteCount = 0
      this.#stream = stream
      this.#isPromise = type === FRAME.pushPromise
      this.#endsStream = type === FRAME.headers && (flags & FLAG.endStream) !== 0
    }
    const part = type === FRAME.continuation ? payload : withoutPadding(type, flags, payload)
    this.#parts.push(part)
    this.#byteCount += part.length
    if (this.#byteCount > MAX_BLOCK_BYTES) throw new Error('headers that are too long')
    if ((flags & FLAG.endHeaders) === 0) return
    const headers = this.#decoder.decode(Buffer.concat(this.#parts))
    if (!this.#isPromise) this.#onHeaders(this.#stream, headers, this.#endsStream)
  }
}

/** The block of headers alone (RFC 9113 §6.2 and §6.6). */
function withoutPadding(type: number, flags: number, payload: Buffer): Buffer {
  const isPadded = (flags & FLAG.padded) !== 0
  const padding = isPadded ? payload.readUInt8(0) : 0
  const priority = type === FRAME.headers && (flags & FLAG.priority) !== 0 ? 5 : 0
  const promised = type === FRAME.pushPromise ? 4 : 0
  const begin = (isPadded ? 1 : 0) + priority + promised
  if (begin + padding > payload.length) throw new Error('more padding than frame')
  return payload.subarray(begin, payload.length - padding)
}
