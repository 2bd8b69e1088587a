import { constants } from 'node:http2'
import type { Log } from '../core/log.ts'
import { type Exchange, headerValue, isHttp2 } from './exchange.ts'
import { serveGrpc } from './grpc-endpoint.ts'
import { serveHttp } from './http-endpoint.ts'
import type { Intake } from './intake.ts'

/**
 * Answers a request, whatever happens: a fault of ours (such as an answer of `respond` that has no form in the protocol)
 * is logged and ends only this request.
 */
export async function serveSafely(exchange: Exchange, intake: Intake, log: Log): Promise<void> {
  try {
    await serveRequest(exchange, intake)
  } catch (error) {
    intake.counts.error('internal')
    log.error({ err: error }, 'receiver: a request could not be answered')
    if (isHttp2(exchange)) exchange.response.stream?.close(constants.NGHTTP2_INTERNAL_ERROR)
    else exchange.response.destroy()
  }
}

/** Serves a request by its protocol: gRPC is what says so and comes over HTTP/2, everything else is OTLP over HTTP. */
function serveRequest(exchange: Exchange, intake: Intake): Promise<void> {
  // Answers are only written to connections that are there. Should one break in between, it must not end the process.
  exchange.response.on('error', () => {})
  const isGrpc = isHttp2(exchange) && /^application\/grpc($|\+)/.test(headerValue(exchange, 'content-type'))
  return isGrpc ? serveGrpc(exchange, intake) : serveHttp(exchange, intake)
}
