import type { ExportResponse, Signal } from '../otlp/model.ts'
import { encodeResponseJson } from '../otlp/response-json.ts'
import { encodeResponse } from '../otlp/response.ts'
import { encodeStatus, encodeStatusJson } from '../otlp/status.ts'
import type { Failure } from './failure.ts'
import type { HttpAnswer } from './send-http.ts'

/** How a body is written; an answer is written as its request was. */
export type BodyFormat = 'protobuf' | 'json'

export const CONTENT_TYPE = { protobuf: 'application/x-protobuf', json: 'application/json' } as const

export function successAnswer(format: BodyFormat, signal: Signal, response: ExportResponse): HttpAnswer {
  return {
    status: 200,
    headers: { 'content-type': CONTENT_TYPE[format] },
    body: format === 'json' ? Buffer.from(encodeResponseJson(signal, response)) : encodeResponse(signal, response),
  }
}

/**
 * An error with a `google.rpc.Status` as its body.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures-1
 */
export function failureAnswer(format: BodyFormat, failure: Failure): HttpAnswer {
  const { message, retryDelayMs } = failure
  const status = { code: failure.grpcCode, message, ...(retryDelayMs === undefined ? {} : { retryDelayMs }) }
  return {
    status: failure.httpStatus,
    headers: {
      'content-type': CONTENT_TYPE[format],
      ...(retryDelayMs === undefined ? {} : { 'retry-after': retryAfter(retryDelayMs, failure) }),
      ...failure.headers,
    },
    body: format === 'json' ? Buffer.from(encodeStatusJson(status)) : encodeStatus(status),
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3 */
function retryAfter(retryDelayMs: number, { retryAfterForm }: Failure): string {
  if (retryAfterForm !== 'date') return String(Math.ceil(retryDelayMs / 1000))
  // A date has whole seconds, too: never earlier than asked.
  return new Date(Math.ceil((new Date().getTime() + retryDelayMs) / 1000) * 1000).toUTCString()
}
