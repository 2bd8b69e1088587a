import type { BufferShare } from './buffer-budget.ts'
import { type Failure, failure } from './failure.ts'

const FIRST_BYTES = 16 * 1024

/**
 * Gathers a body in one growing piece of memory, up to a limit. Not a list of the chunks as they come: a sender that
 * sends single bytes would make each of them cost a hundred.
 */
export class BodyBuffer {
  readonly #maxBytes: number
  readonly #share: BufferShare
  #bytes = new Uint8Array(0)
  #length = 0

  constructor(maxBytes: number, share: BufferShare) {
    this.#maxBytes = maxBytes
    this.#share = share
  }

  get length(): number {
    return this.#length
  }

  /** Adds a chunk, all of it or, with a failure, nothing. */
  append(chunk: Uint8Array): Failure | undefined {
    const needed = this.#length + chunk.byteLength
    if (needed > this.#maxBytes) return tooLarge(this.#maxBytes)
    if (needed > this.#bytes.byteLength) {
      const capacity = Math.min(this.#maxBytes, Math.max(FIRST_BYTES, needed, this.#bytes.byteLength * 2))
      if (!this.#share.grow(capacity - this.#bytes.byteLength)) return overloaded()
      const larger = new Uint8Array(capacity)
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(chunk, this.#length)
    this.#length = needed
    return undefined
  }

  /** What was gathered; valid until the next `append`. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }
}

export function tooLarge(maxBytes: number): Failure {
  return failure('tooLarge', `The request is larger than ${maxBytes} bytes, the most that is accepted`)
}

function overloaded(): Failure {
  return failure('overloaded', 'Too many requests are being received at once', { retryDelayMs: 1000 })
}
