import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import { ATTR } from './attribute-names.ts'
import { AttributeTemplate } from './templated-attributes.ts'
import type { MethodName } from './http-method.ts'
import { HTTP2_VERSION, schemeOf } from './http2-server-request.ts'
import { describeEnds, type Peer, RequestTemplate } from './request-template.ts'

const CONNECTION = Symbol('seaworthy.http2.connection')

interface ObservedSession extends ServerHttp2Session {
  [CONNECTION]?: Http2Connection
}

const NOBODY: Peer = {}

/** A session that requests come on, with what they have in common: a client asks the same host for the same again. */
export class Http2Connection {
  readonly #peer: Peer
  #request: RequestTemplate | undefined = undefined
  #requestScheme = ''
  #call: AttributeTemplate | undefined = undefined
  #callAuthority: string | undefined = undefined
  #callScheme = ''

  private constructor(peer: Peer) {
    this.#peer = peer
  }

  static of(stream: ServerHttp2Stream): Http2Connection {
    const session = stream.session as ObservedSession | undefined
    if (session === undefined) return new Http2Connection(NOBODY)
    const known = session[CONNECTION]
    if (known !== undefined) return known
    const { remoteAddress, remotePort } = session.socket
    const connection = new Http2Connection({ remoteAddress, remotePort })
    session[CONNECTION] = connection
    return connection
  }

  templateOf(headers: IncomingHttpHeaders, method: MethodName): RequestTemplate {
    const name = headers[':method'] ?? ''
    const scheme = schemeOf(headers)
    const host = headers[':authority'] ?? headers.host
    const userAgent = headers['user-agent']
    const known = this.#request
    if (known?.fits(name, host, userAgent, HTTP2_VERSION) === true && this.#requestScheme === scheme) return known
    const facts = { method: name, host, userAgent, version: HTTP2_VERSION }
    this.#request = new RequestTemplate(facts, method, scheme, this.#peer)
    this.#requestScheme = scheme
    return this.#request
  }

  /** The same of calls of gRPC. */
  callTemplateOf(headers: IncomingHttpHeaders): AttributeTemplate {
    const authority = headers[':authority'] ?? headers.host
    const scheme = schemeOf(headers)
    if (this.#call !== undefined && this.#callAuthority === authority && this.#callScheme === scheme) return this.#call
    this.#call = new AttributeTemplate(describeCall(authority, scheme, this.#peer))
    this.#callAuthority = authority
    this.#callScheme = scheme
    return this.#call
  }
}

/** @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#server */
function describeCall(authority: string | undefined, scheme: string, peer: Peer): Map<string, string | number> {
  const attributes = new Map<string, string | number>([[ATTR.rpcSystemName, 'grpc']])
  describeEnds(attributes, authority, scheme, peer)
  return attributes
}
