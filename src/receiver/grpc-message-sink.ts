import { BodyBuffer, tooLarge } from './body-buffer.ts'
import type { BufferShare } from './buffer-budget.ts'
import type { BodySink } from './collect-body.ts'
import { type Failure, failure } from './failure.ts'

/** One byte that says whether the message is compressed, and four with its length. */
const PREFIX_BYTES = 5

/**
 * Takes the one message of a unary call out of its frame, however the frame is cut into pieces. A length beyond the
 * limit is refused as soon as it is known.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export class GrpcMessageSink implements BodySink {
  readonly #maxBytes: number
  readonly #message: BodyBuffer
  readonly #prefix = Buffer.alloc(PREFIX_BYTES)
  #prefixLength = 0

  constructor(maxBytes: number, share: BufferShare) {
    this.#maxBytes = maxBytes
    this.#message = new BodyBuffer(maxBytes, share)
  }

  append(chunk: Uint8Array): Failure | undefined {
    let rest = chunk
    if (this.#prefixLength < PREFIX_BYTES) {
      const taken = Math.min(PREFIX_BYTES - this.#prefixLength, chunk.byteLength)
      this.#prefix.set(chunk.subarray(0, taken), this.#prefixLength)
      this.#prefixLength += taken
      rest = chunk.subarray(taken)
      if (this.#prefixLength < PREFIX_BYTES) return undefined
      const flag = this.#prefix[0] as number
      if (flag > 1) return failure('badFraming', `A gRPC frame begins with ${flag}, expected 0 or 1`)
      if (this.#declaredLength > this.#maxBytes) return tooLarge(this.#maxBytes)
    }
    if (this.#message.length + rest.byteLength > this.#declaredLength) {
      return failure('messageCount', 'More than one message in a unary call')
    }
    return rest.byteLength === 0 ? undefined : this.#message.append(rest)
  }

  /** The message, once everything has been appended. */
  finish(): { readonly bytes: Uint8Array; readonly isCompressed: boolean } | Failure {
    if (this.#prefixLength === 0) return failure('messageCount', 'No message in a unary call')
    if (this.#prefixLength < PREFIX_BYTES) {
      return failure(
        'badFraming',
        `The call ended after ${this.#prefixLength} of the ${PREFIX_BYTES} bytes of a prefix`,
      )
    }
    const missing = this.#declaredLength - this.#message.length
    if (missing > 0) return failure('badFraming', `The call ended ${missing} bytes before the end of its message`)
    return { bytes: this.#message.bytes, isCompressed: this.#prefix[0] === 1 }
  }

  get #declaredLength(): number {
    return this.#prefix.readUInt32BE(1)
  }
}
