import type { Readable } from 'node:stream'

/**
 * Largest answer that is read, 4 MiB as the specification suggests. An answer to an export has some bytes.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024

/** What came of an answer: all of it, or why there is no more. */
export type AnswerBody =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'cut'; readonly error: Error | undefined }

/** Reads an answer to its end, up to {@link MAX_ANSWER_BYTES}, and calls `done` once. */
export function readAnswerBody(answer: Readable, done: (body: AnswerBody) => void): void {
  const pieces: Buffer[] = []
  let byteLength = 0
  let error: Error | undefined
  let isDone = false
  const finish = (body: AnswerBody): void => {
    if (isDone) return
    isDone = true
    done(body)
  }
  answer.on('data', (piece: Buffer) => {
    byteLength += piece.byteLength
    if (byteLength > MAX_ANSWER_BYTES) finish({ kind: 'too-large' })
    else pieces.push(piece)
  })
  answer.on('error', (cause) => (error = cause))
  answer.on('end', () => finish({ kind: 'whole', bytes: Buffer.concat(pieces, byteLength) }))
  answer.on('close', () => finish({ kind: 'cut', error }))
}
