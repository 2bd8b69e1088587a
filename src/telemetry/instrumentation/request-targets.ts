import type { ClientRequest } from 'node:http'
import { readHeader } from './client-request-headers.ts'
import type { ClientTarget } from './client-requests.ts'
import { defaultPort, type HostAndPort, parseHostHeader } from './host-and-port.ts'
import { describeUrl } from './url-redaction.ts'

/** Hosts and origins that are remembered with what they consist of. A service calls some dozens. */
const MAX_REMEMBERED = 200

const hosts = new Map<string, HostAndPort | undefined>()
const origins = new Map<string, Origin>()

interface Origin {
  readonly host: string
  readonly port: number
  readonly scheme: string
}

/** Where a request goes, its URL put together when it is asked for: most requests leave no span. */
class Target implements ClientTarget {
  readonly method: string
  readonly host: string
  readonly port: number
  readonly scheme: string
  readonly #base: string
  readonly #path: string

  constructor(method: string, { host, port, scheme }: Origin, base: string, path: string) {
    this.method = method
    this.host = host
    this.port = port
    this.scheme = scheme
    this.#base = base
    this.#path = path
  }

  get url(): string {
    const url = URL.parse(`${this.#base}${this.#path}`)
    return url === null ? '' : describeUrl(url)
  }
}

/** Where a request by `node:http` goes. */
export function targetOfRequest(request: ClientRequest): ClientTarget {
  const scheme = request.protocol === 'https:' ? 'https' : 'http'
  const { method, path, host } = request
  if (!path.startsWith('/')) {
    // What is sent to a proxy names its target in full.
    const url = URL.parse(path)
    if (url !== null) return new Target(method, originOfUrl(url), path, '')
  }
  // A request does not tell its port, but its Host header does, as long as nobody has set another one.
  const named = parseHost(readHeader(request, 'host'))
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  const port = (named?.host === bare ? named.port : undefined) ?? defaultPort(scheme)
  const authority = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return new Target(method, { host, port, scheme }, `${scheme}://${authority}:${port}`, path)
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
    return url === null ? undefined : new Target(method, originOfUrl(url), url.href, '')
  }
  const known = origins.get(origin)
  if (known !== undefined) return new Target(method, known, origin, path)
  const url = URL.parse(origin)
  if (url === null) return undefined
  const parsed = originOfUrl(url)
  // With a path or credentials in it, it is no beginning of what is asked for.
  if (url.origin !== origin) return new Target(method, parsed, url.origin, path)
  if (origins.size >= MAX_REMEMBERED) origins.clear()
  origins.set(origin, parsed)
  return new Target(method, parsed, origin, path)
}

function originOfUrl(url: URL): Origin {
  const scheme = url.protocol.slice(0, -1)
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || defaultPort(scheme), scheme }
}

function parseHost(header: string | undefined): HostAndPort | undefined {
  if (header === undefined) return undefined
  const known = hosts.get(header)
  if (known !== undefined) return known
  const parsed = parseHostHeader(header)
  if (hosts.size >= MAX_REMEMBERED) hosts.clear()
  hosts.set(header, parsed)
  return parsed
}
