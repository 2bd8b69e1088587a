import type { IncomingMessage } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'

/** As HTTP names its versions in telemetry. */
export const HTTP2_VERSION = '2'

/** A client can write anything there; only the two that mean something are kept. */
export function schemeOf(headers: IncomingHttpHeaders): 'http' | 'https' {
  return headers[':scheme'] === 'https' ? 'https' : 'http'
}

/** As far as it can be told of HTTP/2, what a rule for requests looks at. */
export function asIncomingMessage(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): IncomingMessage {
  const message = {
    url: headers[':path'] ?? '/',
    method: headers[':method'] ?? '',
    headers,
    httpVersion: '2.0',
    socket: stream.session?.socket,
  }
  return message as unknown as IncomingMessage
}
