const FRAME_HEAD_BYTES = 9
const HEADERS = 0x1
/** "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", with which a client begins (RFC 9113 §3.4). */
const PREFACE_BYTES = 24

/** Reads along what an HTTP/2 client sends and notes which streams it has begun: what an API says was only asked for. */
export class SentStreams {
  #last = 0
  #left = PREFACE_BYTES
  #head = Buffer.alloc(0)

  /** The highest stream whose headers were handed to the wire; a client numbers its streams upwards. */
  get last(): number {
    return this.#last
  }

  push(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      const skipped = Math.min(this.#left, bytes.length - at)
      this.#left -= skipped
      at += skipped
      if (this.#left > 0) return
      const part = bytes.subarray(at, at + FRAME_HEAD_BYTES - this.#head.length)
      this.#head = Buffer.concat([this.#head, part])
      at += part.length
      if (this.#head.length < FRAME_HEAD_BYTES) return
      this.#left = this.#head.readUIntBE(0, 3)
      if (this.#head[3] === HEADERS) this.#last = Math.max(this.#last, this.#head.readUInt32BE(5) & 0x7fffffff)
      this.#head = Buffer.alloc(0)
    }
  }
}
