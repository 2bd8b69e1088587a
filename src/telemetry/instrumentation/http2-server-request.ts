import type { Attributes } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { ATTR } from './attribute-names.ts'
import { defaultPort, parseHostHeader } from './host-and-port.ts'
import type { MethodName } from './http-method.ts'
import { splitTarget } from './url-redaction.ts'

/** As HTTP names its versions in telemetry. */
export const HTTP2_VERSION = '2'

/**
 * What is known of a request when its headers are there; the same attributes as for HTTP/1.1, from where HTTP/2 has them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export function http2RequestAttributes(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  method: MethodName,
): Attributes {
  const scheme = schemeOf(headers)
  const target = splitTarget(headers[':path'] ?? '/')
  const attributes: Attributes = {
    [ATTR.httpRequestMethod]: method.attribute,
    [ATTR.urlScheme]: scheme,
    [ATTR.urlPath]: target.path,
    [ATTR.networkProtocolVersion]: HTTP2_VERSION,
  }
  if (method.original !== undefined) attributes[ATTR.httpRequestMethodOriginal] = method.original
  if (target.query !== '') attributes[ATTR.urlQuery] = target.query
  const server = parseHostHeader(headers[':authority'] ?? headers.host)
  if (server !== undefined) {
    attributes[ATTR.serverAddress] = server.host
    attributes[ATTR.serverPort] = server.port ?? defaultPort(scheme)
  }
  const { remoteAddress, remotePort } = stream.session?.socket ?? {}
  if (remoteAddress !== undefined) {
    attributes[ATTR.clientAddress] = remoteAddress
    attributes[ATTR.networkPeerAddress] = remoteAddress
  }
  if (remotePort !== undefined) attributes[ATTR.networkPeerPort] = remotePort
  const userAgent = headers['user-agent']
  if (userAgent !== undefined) attributes[ATTR.userAgentOriginal] = userAgent
  return attributes
}

/** A client can write anything there; only the two that mean something are kept. */
export function schemeOf(headers: IncomingHttpHeaders): string {
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

/** Whether it is a call of gRPC, which has conventions and instrumentations of its own. */
export function isGrpc(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('application/grpc')
}
