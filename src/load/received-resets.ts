import { FRAME, FrameReader } from './sniff/http2-frames.ts'

/**
 * Reads along what an HTTP/2 server sends and notes which streams it reset, with which code. The library gives codes to
 * streams that the server never said a word about, when their connection ends.
 */
export class ReceivedResets {
  readonly #codes = new Map<number, number>()
  #isReadable = true
  readonly #reader = new FrameReader(({ type, stream, payload }) => {
    if (type === FRAME.rstStream && payload.length === 4) this.#codes.set(stream, payload.readUInt32BE(0))
  })

  push(bytes: Buffer): void {
    if (!this.#isReadable) return
    try {
      this.#reader.push(bytes)
    } catch {
      // Not HTTP/2: the library says so, too.
      this.#isReadable = false
    }
  }

  /** The code with which the server reset a stream; asked once. */
  take(stream: number): number | undefined {
    const code = this.#codes.get(stream)
    this.#codes.delete(stream)
    return code
  }
}
