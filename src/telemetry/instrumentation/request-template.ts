import { ATTR } from './attribute-names.ts'
import { AttributeTemplate, encodeAttributes, SPAN_ATTRIBUTE_TAG } from './templated-attributes.ts'
import { defaultPort, parseHostHeader } from './host-and-port.ts'
import type { MethodName } from './http-method.ts'

/** What tells apart the requests of a connection that have different templates. */
export interface RepeatedFacts {
  readonly method: string
  readonly host: string | undefined
  readonly userAgent: string | undefined
  readonly version: string
}

/** What a connection says of whoever is on its other side. */
export interface Peer {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}

/**
 * The attributes that the requests of a connection have in common, encoded once: nearly all that a server span has.
 *
 * Addresses and scheme are those of the connection: headers that a proxy adds (`X-Forwarded-For`, `Forwarded`) can be
 * written by anyone, and only whoever runs the proxy knows which of them to trust.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export class RequestTemplate extends AttributeTemplate {
  readonly #facts: RepeatedFacts
  #encodedWithPath: Uint8Array | undefined = undefined

  constructor(facts: RepeatedFacts, method: MethodName, scheme: 'http' | 'https', peer: Peer) {
    super(describe(facts, method, scheme, peer))
    this.#facts = facts
  }

  /** Whether a request of the same connection has this template, too. */
  fits(method: string, host: string | undefined, userAgent: string | undefined, version: string): boolean {
    const facts = this.#facts
    return facts.method === method && facts.host === host && facts.userAgent === userAgent && facts.version === version
  }

  /** What is {@link encoded}, and the beginning of `url.path`, for `rawAndText()` of the writer. */
  get encodedWithPath(): Uint8Array {
    if (this.#encodedWithPath === undefined) {
      const writer = encodeAttributes(this.attributes)
      writer.textPair(SPAN_ATTRIBUTE_TAG, ATTR.urlPath, '')
      this.#encodedWithPath = writer.finish()
    }
    return this.#encodedWithPath
  }
}

function describe(
  facts: RepeatedFacts,
  method: MethodName,
  scheme: 'http' | 'https',
  peer: Peer,
): Map<string, string | number> {
  const attributes = new Map<string, string | number>()
  attributes.set(ATTR.httpRequestMethod, method.attribute)
  attributes.set(ATTR.urlScheme, scheme)
  attributes.set(ATTR.networkProtocolVersion, facts.version)
  if (method.original !== undefined) attributes.set(ATTR.httpRequestMethodOriginal, method.original)
  describeEnds(attributes, facts.host, scheme, peer)
  if (facts.userAgent !== undefined) attributes.set(ATTR.userAgentOriginal, facts.userAgent)
  return attributes
}

/** Adds who was asked, by the name that the client used, and who asks, as far as the connection says it. */
export function describeEnds(
  attributes: Map<string, string | number>,
  host: string | undefined,
  scheme: string,
  { remoteAddress, remotePort }: Peer,
): void {
  const server = parseHostHeader(host)
  if (server !== undefined) {
    attributes.set(ATTR.serverAddress, server.host)
    attributes.set(ATTR.serverPort, server.port ?? defaultPort(scheme))
  }
  if (remoteAddress !== undefined) {
    attributes.set(ATTR.clientAddress, remoteAddress)
    attributes.set(ATTR.networkPeerAddress, remoteAddress)
  }
  if (remotePort !== undefined) attributes.set(ATTR.networkPeerPort, remotePort)
}
