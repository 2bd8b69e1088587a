import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { encodeStatus } from '../otlp/status.ts'
import { type Exchange, headerValue, isHttp2 } from './exchange.ts'
import { endHttp2Request } from './end-http2-request.ts'
import type { Failure } from './failure.ts'
import { GRPC_ENCODINGS } from './inflate.ts'

export interface GrpcExchange extends Exchange {
  readonly request: Http2ServerRequest
  readonly response: Http2ServerResponse
}

export function isGrpc(exchange: Exchange): exchange is GrpcExchange {
  return isHttp2(exchange) && /^application\/grpc($|\+)/.test(headerValue(exchange, 'content-type'))
}

export const GRPC_HEADERS = { 'content-type': 'application/grpc', 'grpc-accept-encoding': GRPC_ENCODINGS } as const

/** Sends the one message of a unary answer, and success. */
export function sendGrpcMessage({ response }: GrpcExchange, message: Uint8Array): void {
  if (response.destroyed || response.writableEnded) return
  response.writeHead(200, GRPC_HEADERS)
  response.addTrailers({ 'grpc-status': '0' })
  response.end(grpcFrame(message))
}

/**
 * A message with its prefix.
 *
 * @param saidBytes the length that the prefix says
 */
export function grpcFrame(message: Uint8Array, saidBytes = message.byteLength): Buffer {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(saidBytes, 1)
  return Buffer.concat([prefix, message])
}

/**
 * Sends an error, with a `google.rpc.Status` that holds it, too, and the time after which to come back.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#failures
 */
export function sendGrpcFailure(exchange: GrpcExchange, failure: Failure): void {
  const { response } = exchange
  if (response.destroyed || response.writableEnded) return
  const { grpcCode: code, message, retryDelayMs } = failure
  const status = encodeStatus({ code, message, ...(retryDelayMs === undefined ? {} : { retryDelayMs }) })
  response.writeHead(200, GRPC_HEADERS)
  response.addTrailers({
    'grpc-status': String(code),
    'grpc-message': percentEncode(message),
    // Without padding, as gRPC asks of what is sent.
    'grpc-status-details-bin': Buffer.from(status).toString('base64').replaceAll('=', ''),
  })
  endHttp2Request(exchange)
  response.end()
}

/**
 * `grpc-message` holds UTF-8, percent-encoded wherever it is not printable ASCII.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses
 */
function percentEncode(text: string): string {
  return Array.from(Buffer.from(text), (byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x25
      ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
      : String.fromCharCode(byte),
  ).join('')
}
