import type { ClientRequest } from 'node:http'
import { readHeader } from './client-request-headers.ts'
import { defaultPort, Origin, parseHostHeader } from './host-and-port.ts'
import { describeUrl, redactQuery } from './url-redaction.ts'

/** Hosts and origins that are remembered with what they consist of. A service calls some dozens. */
const MAX_REMEMBERED = 200

/** By what a client names them: a `Host` header, an origin, an authority. */
const remembered = {
  http: new Map<string, Origin>(),
  https: new Map<string, Origin>(),
  fetch: new Map<string, Origin>(),
}

/** Characters that a URL writes as they are. */
const PLAIN_PATH = /^\/[\w\-.~!$&*+,;=:@()%/]*$/
const PLAIN_QUERY = /^[\w\-.~!$&*+,;=:@()%/?]+$/
/** Segments that a URL leaves out. */
const DOTS = /\/(?:\.|%2e)/i

/** Where a request goes, its URL put together when it is asked for: most requests leave no span. */
export class ClientTarget {
  readonly method: string
  readonly origin: Origin
  readonly #base: string
  readonly #path: string

  /** @param base what the path is added to, where that is not the origin as it is usually written */
  constructor(method: string, origin: Origin, path: string, base = origin.base) {
    this.method = method
    this.origin = origin
    this.#base = base
    this.#path = path
  }

  /** Without credentials, its query redacted. */
  get url(): string {
    const path = this.#path
    if (this.#base === this.origin.base) {
      const mark = path.indexOf('?')
      const plain = mark === -1 ? path : path.slice(0, mark)
      if (PLAIN_PATH.test(plain) && !DOTS.test(plain)) {
        if (mark === -1) return this.#base + path
        const query = path.slice(mark + 1)
        if (PLAIN_QUERY.test(query)) return `${this.#base}${plain}?${redactQuery(query)}`
      }
    }
    const url = URL.parse(`${this.#base}${path}`)
    return url === null ? '' : describeUrl(url)
  }
}

/** Where a request by `node:http` goes. */
export function targetOfRequest(request: ClientRequest): ClientTarget {
  const scheme = request.protocol === 'https:' ? 'https' : 'http'
  const { method, host } = request
  let { path } = request
  if (!path.startsWith('/')) {
    // A tunnel is asked for by the name of where it leads.
    if (method === 'CONNECT') return targetOfAuthority(method, scheme, path, '')
    // What is sent to a proxy names its target in full.
    const url = URL.parse(path)
    if (url !== null) return new ClientTarget(method, originOfUrl(url), '', path)
    // The asterisk of OPTIONS, behind a host, would be a part of that.
    path = ''
  }
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  const header = readHeader(request, 'host')
  const known = header === undefined ? undefined : remembered[scheme].get(header)
  if (known !== undefined && known.host === bare) return new ClientTarget(method, known, path)
  // A request does not tell its port, but its Host header does, as long as nobody has set another one.
  const named = parseHostHeader(header)
  const isNamed = named !== undefined && named.host === bare
  const origin = new Origin(scheme, bare, (isNamed ? named.port : undefined) ?? defaultPort(scheme))
  if (isNamed && header !== undefined) remember(remembered[scheme], header, origin)
  return new ClientTarget(method, origin, path)
}

/**
 * Where a request by undici goes.
 *
 * @returns `undefined` when that is no URL
 */
export function targetOfFetch(method: string, origin: string, path: string): ClientTarget | undefined {
  // Another host could be in it.
  const isPlain = path.startsWith('/') && !path.startsWith('//')
  if (!isPlain) {
    const url = URL.parse(path, origin)
    return url === null ? undefined : new ClientTarget(method, originOfUrl(url), '', url.href)
  }
  const known = remembered.fetch.get(origin)
  if (known !== undefined) return new ClientTarget(method, known, path)
  const url = URL.parse(origin)
  if (url === null) return undefined
  const parsed = originOfUrl(url)
  // With a path or credentials in it, it is no beginning of what is asked for.
  if (url.origin === origin) remember(remembered.fetch, origin, parsed)
  return new ClientTarget(method, parsed, path)
}

/** Where a request on a session of `node:http2` goes. */
export function targetOfAuthority(method: string, scheme: string, authority: string, path: string): ClientTarget {
  return new ClientTarget(method, originOfAuthority(scheme, authority), path, `${scheme}://${authority}`)
}

export function originOfAuthority(scheme: string, authority: string): Origin {
  const cache = scheme === 'https' ? remembered.https : remembered.http
  const known = cache.get(authority)
  if (known !== undefined && known.scheme === scheme) return known
  const named = parseHostHeader(authority)
  const origin = new Origin(scheme, named?.host ?? '', named?.port ?? defaultPort(scheme))
  if (named !== undefined) remember(cache, authority, origin)
  return origin
}

function remember(cache: Map<string, Origin>, name: string, origin: Origin): void {
  if (cache.size >= MAX_REMEMBERED) cache.clear()
  cache.set(name, origin)
}

function originOfUrl(url: URL): Origin {
  const scheme = url.protocol.slice(0, -1)
  return new Origin(scheme, url.hostname.replace(/^\[|\]$/g, ''), Number(url.port) || defaultPort(scheme))
}
