import { constants, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'

/**
 * After an answer that came before the end of the request: tells the sender to stop, without an error.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-8.1
 */
export function endHttp2Request(exchange: {
  readonly request: Http2ServerRequest
  readonly response: Http2ServerResponse
}): void {
  const { request, response } = exchange
  if (request.complete) return
  const { stream } = response
  // Trailers are the last thing that is sent; a stream closed before them would lose the status of a gRPC answer.
  stream?.once('wantTrailers', () => setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR)))
}
