import type { Attributes } from '@opentelemetry/api'
import type { IncomingMessage } from 'node:http'
import { ATTR } from './attribute-names.ts'
import { defaultPort, parseHostHeader } from './host-and-port.ts'
import type { MethodName } from './http-method.ts'
import { splitTarget } from './url-redaction.ts'

/**
 * What is known of a request when its headers are there. Addresses and scheme are those of the connection: headers that
 * a proxy adds (`X-Forwarded-For`, `Forwarded`) can be written by anyone, and only whoever runs the proxy knows which
 * of them to trust.
 */
export function requestAttributes(request: IncomingMessage, method: MethodName): Attributes {
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  const target = splitTarget(originForm(request.url ?? '/'))
  const attributes: Attributes = {
    [ATTR.httpRequestMethod]: method.attribute,
    [ATTR.urlScheme]: scheme,
    [ATTR.urlPath]: target.path,
    [ATTR.networkProtocolVersion]: request.httpVersion,
  }
  if (method.original !== undefined) attributes[ATTR.httpRequestMethodOriginal] = method.original
  if (target.query !== '') attributes[ATTR.urlQuery] = target.query
  const server = parseHostHeader(request.headers.host)
  if (server !== undefined) {
    attributes[ATTR.serverAddress] = server.host
    attributes[ATTR.serverPort] = server.port ?? defaultPort(scheme)
  }
  const { remoteAddress, remotePort } = request.socket
  if (remoteAddress !== undefined) {
    attributes[ATTR.clientAddress] = remoteAddress
    attributes[ATTR.networkPeerAddress] = remoteAddress
  }
  if (remotePort !== undefined) attributes[ATTR.networkPeerPort] = remotePort
  const userAgent = request.headers['user-agent']
  if (userAgent !== undefined) attributes[ATTR.userAgentOriginal] = userAgent
  return attributes
}

/** `/a?b` of what a client sends to a proxy as `http://user:secret@host/a?b`. */
function originForm(target: string): string {
  if (target.startsWith('/') || target === '*') return target
  const url = URL.parse(target)
  return url === null ? target : `${url.pathname}${url.search}`
}
