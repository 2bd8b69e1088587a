/** With which a client of HTTP/2 begins (RFC 9113 §3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Whether `beginning` is the preface, or may become it. */
export function isPreface(beginning: Buffer): boolean {
  const length = Math.min(beginning.length, PREFACE.length)
  return beginning.subarray(0, length).equals(PREFACE.subarray(0, length))
}

/** Types of frames that are looked at (RFC 9113 §6). */
export const FRAME = { data: 0, headers: 1, rstStream: 3, pushPromise: 5, continuation: 9 } as const
export const FLAG = { endStream: 0x1, endHeaders: 0x4, padded: 0x8, priority: 0x20 } as const

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly stream: number
  /** Empty for frames whose payload nobody needs. */
  readonly payload: Buffer
}

const HEAD_BYTES = 9
/** A frame of headers is held until it is whole. */
const MAX_KEPT_BYTES = 1024 * 1024
const KEPT: ReadonlySet<number> = new Set([FRAME.headers, FRAME.continuation, FRAME.pushPromise, FRAME.rstStream])

/** Cuts one direction of a connection into frames, after the preface. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void
  #buffer: Buffer = Buffer.alloc(0)
  /** Bytes of a payload that nobody needs. */
  #skip = 0

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame
  }

  /** @throws `Error` when the bytes can be no frames */
  push(bytes: Buffer): void {
    let rest = this.#buffer.length === 0 ? bytes : Buffer.concat([this.#buffer, bytes])
    for (;;) {
      const skipped = Math.min(this.#skip, rest.length)
      this.#skip -= skipped
      rest = rest.subarray(skipped)
      if (rest.length < HEAD_BYTES) break
      const length = rest.readUIntBE(0, 3)
      const type = rest.readUInt8(3)
      const head = { type, flags: rest.readUInt8(4), stream: rest.readUInt32BE(5) & 0x7fffffff }
      if (KEPT.has(type)) {
        if (length > MAX_KEPT_BYTES) throw new Error('a frame of headers that is too long')
        if (rest.length < HEAD_BYTES + length) break
        this.#onFrame({ ...head, payload: rest.subarray(HEAD_BYTES, HEAD_BYTES + length) })
        rest = rest.subarray(HEAD_BYTES + length)
      } else {
        this.#onFrame({ ...head, payload: NOTHING })
        this.#skip = length
        rest = rest.subarray(HEAD_BYTES)
      }
    }
    this.#buffer = rest
  }
}

const NOTHING = Buffer.alloc(0)
