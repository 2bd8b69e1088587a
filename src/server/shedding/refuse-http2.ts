import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { grpcRefusal } from './grpc-refusal.ts'
import type { Jittered } from './jittered.ts'
import { REFUSAL_BODY, refusalHeaders } from './refusal-body.ts'

export interface Http2Refusal {
  readonly http: OutgoingHttpHeaders
  readonly grpc: OutgoingHttpHeaders
}

export function toHttp2Refusal(seconds: number): Http2Refusal {
  return { http: { ':status': 503, ...refusalHeaders(seconds) }, grpc: grpcRefusal(seconds) }
}

/** `application/grpc` and what may follow it; `application/grpc-web` is another protocol, answered as HTTP is. */
const GRPC = /^application\/grpc(?:$|[+;])/

/**
 * Answers a stream without its handlers, a call of gRPC in the way of gRPC. What is still to come of the request is read
 * and thrown away. To reset it with NO_ERROR (RFC 9113 §8.1), as Node does by itself where nobody reads, would be less
 * work, and would end up with none at all: what is on its way then is lost for the window of the session, which after
 * 64 KiB of that stands still for all its other streams.
 */
export function refuseStream(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  refusals: Jittered<Http2Refusal>,
): void {
  // Its client may give it up meanwhile, and nobody else listens.
  stream.on('error', () => {})
  if (stream.destroyed || stream.closed || stream.headersSent) return
  // Through a tunnel nothing comes before it is open, and it would never end by itself.
  if (headers[':method'] !== 'CONNECT') stream.resume()
  const { http, grpc } = refusals.pick()
  if (GRPC.test(headers['content-type'] ?? '')) {
    stream.respond(grpc, { endStream: true })
    return
  }
  if (headers[':method'] === 'HEAD') {
    stream.respond(http, { endStream: true })
    return
  }
  stream.respond(http)
  stream.end(REFUSAL_BODY)
}
