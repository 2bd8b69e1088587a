import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'

/** What an answer says of the service; `undefined` when it says nothing: never completed, or load that was shed. */
export type AnswerOutcome = 'ok' | 'failed' | undefined

/**
 * Codes of gRPC that tell of an error of the server: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE,
 * DATA_LOSS.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#grpc-status
 */
const FAILED_CALL = new Set(['2', '4', '12', '13', '14', '15'])

const UNAVAILABLE = '14'
const RETRY_AFTER = /\r\nretry-after:/i

/** Of an answer of HTTP/1.1 that is closed. */
export function outcomeOfResponse(response: ServerResponse): AnswerOutcome {
  if (!response.writableFinished) return undefined
  const { statusCode } = response
  if (statusCode < 500) return 'ok'
  // Node keeps what `writeHead()` was given as text only.
  const { _header: head } = response as ServerResponse & { readonly _header?: unknown }
  const isShed = statusCode === 503 && typeof head === 'string' && RETRY_AFTER.test(head)
  return isShed ? undefined : 'failed'
}

/** Of a stream of HTTP/2 that is closed; a call of gRPC is one. */
export function outcomeOfStream(stream: ServerHttp2Stream): AnswerOutcome {
  // Until headers are sent there are none, whatever the types say.
  const headers = stream.sentHeaders as OutgoingHttpHeaders | undefined
  const status = headers?.[':status']
  if (headers === undefined || status === undefined) return undefined
  const trailers = stream.sentTrailers
  const call = trailers?.['grpc-status'] ?? headers['grpc-status']
  if (call !== undefined) {
    if (String(call) === UNAVAILABLE && headers['grpc-retry-pushback-ms'] !== undefined) return undefined
    return FAILED_CALL.has(String(call)) ? 'failed' : 'ok'
  }
  if (Number(status) < 500) return 'ok'
  return Number(status) === 503 && headers['retry-after'] !== undefined ? undefined : 'failed'
}
