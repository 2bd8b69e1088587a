import { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import { ATTR } from './attribute-names.ts'
import { defaultPort, parseHostHeader } from './host-and-port.ts'
import type { MethodName } from './http-method.ts'

/** Of an attribute in a span. @see opentelemetry/proto/trace/v1/trace.proto */
const ATTRIBUTE = 74

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
export class RequestTemplate {
  readonly #facts: RepeatedFacts
  readonly #attributes: ReadonlyMap<string, string | number>
  #encoded: Uint8Array | undefined = undefined
  #encodedWithPath: Uint8Array | undefined = undefined

  constructor(facts: RepeatedFacts, method: MethodName, scheme: 'http' | 'https', peer: Peer) {
    this.#facts = facts
    this.#attributes = describe(facts, method, scheme, peer)
  }

  /** Whether a request of the same connection has this template, too. */
  fits(method: string, host: string | undefined, userAgent: string | undefined, version: string): boolean {
    const facts = this.#facts
    return facts.method === method && facts.host === host && facts.userAgent === userAgent && facts.version === version
  }

  get count(): number {
    return this.#attributes.size
  }

  has(key: string): boolean {
    return this.#attributes.has(key)
  }

  fill(put: (key: string, value: unknown) => void): void {
    for (const [key, value] of this.#attributes) put(key, value)
  }

  get encoded(): Uint8Array {
    return (this.#encoded ??= encode(this.#attributes).finish())
  }

  /** The same, and the beginning of `url.path`, for `rawAndText()` of the writer. */
  get encodedWithPath(): Uint8Array {
    if (this.#encodedWithPath === undefined) {
      const writer = encode(this.#attributes)
      writer.textPair(ATTRIBUTE, ATTR.urlPath, '')
      this.#encodedWithPath = writer.finish()
    }
    return this.#encodedWithPath
  }
}

function describe(
  facts: RepeatedFacts,
  method: MethodName,
  scheme: 'http' | 'https',
  { remoteAddress, remotePort }: Peer,
): Map<string, string | number> {
  const attributes = new Map<string, string | number>()
  attributes.set(ATTR.httpRequestMethod, method.attribute)
  attributes.set(ATTR.urlScheme, scheme)
  attributes.set(ATTR.networkProtocolVersion, facts.version)
  if (method.original !== undefined) attributes.set(ATTR.httpRequestMethodOriginal, method.original)
  const server = parseHostHeader(facts.host)
  if (server !== undefined) {
    attributes.set(ATTR.serverAddress, server.host)
    attributes.set(ATTR.serverPort, server.port ?? defaultPort(scheme))
  }
  if (remoteAddress !== undefined) {
    attributes.set(ATTR.clientAddress, remoteAddress)
    attributes.set(ATTR.networkPeerAddress, remoteAddress)
  }
  if (remotePort !== undefined) attributes.set(ATTR.networkPeerPort, remotePort)
  if (facts.userAgent !== undefined) attributes.set(ATTR.userAgentOriginal, facts.userAgent)
  return attributes
}

function encode(attributes: ReadonlyMap<string, string | number>): ProtobufWriter {
  const writer = new ProtobufWriter()
  for (const [key, value] of attributes) {
    if (typeof value === 'string') writer.textPair(ATTRIBUTE, key, value)
    else writer.numberPair(ATTRIBUTE, key, value)
  }
  return writer
}
