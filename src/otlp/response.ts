import type { ExportResponse, Signal } from './model.ts'
import type { MessageLayout } from './message-layout.ts'
import { ProtobufReader } from './protobuf-reader.ts'
import { ProtobufWriter } from './protobuf-writer.ts'

const PARTIAL_SUCCESS: MessageLayout = { 1: { name: 'rejected' }, 2: { name: 'error_message' } }
const RESPONSE: MessageLayout = { 1: { name: 'partial_success', message: PARTIAL_SUCCESS } }

/** Everything was taken, and nothing is to be said. */
export const COMPLETE: ExportResponse = Object.freeze({ rejectedCount: 0, errorMessage: '' })

/**
 * Writes an `Export…ServiceResponse` in protobuf: empty bytes for complete success, else its `partial_success`. The
 * same for all signals. A message with nothing rejected is a warning.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_NOT_ENCODABLE` when the count is no whole number up to 2^53
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success
 */
export function encodeResponse(_signal: Signal, response: ExportResponse): Uint8Array {
  const writer = new ProtobufWriter()
  if (!isComplete(response)) {
    const start = writer.open(10)
    writer.int64(8, response.rejectedCount)
    writer.text(18, response.errorMessage)
    writer.close(start)
  }
  return writer.finish()
}

/**
 * Reads an `Export…ServiceResponse` in protobuf.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_MALFORMED`
 */
export function decodeResponse(signal: Signal, bytes: Uint8Array): ExportResponse {
  const reader = new ProtobufReader(bytes, `${signal} response`, RESPONSE)
  const { end } = reader
  let response = COMPLETE
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) response = decodePartialSuccess(reader, reader.enter(end), response)
    else reader.skip(tag, end, RESPONSE)
  }
  reader.leave(end)
  return response
}

function decodePartialSuccess(reader: ProtobufReader, end: number, before: ExportResponse): ExportResponse {
  let { rejectedCount, errorMessage } = before
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 8) rejectedCount = Number(reader.int64())
    else if (tag === 18) errorMessage = reader.text(end)
    else reader.skip(tag, end, PARTIAL_SUCCESS)
  }
  reader.leave(end)
  return { rejectedCount, errorMessage }
}

export function isComplete({ rejectedCount, errorMessage }: ExportResponse): boolean {
  return rejectedCount === 0 && errorMessage === ''
}
