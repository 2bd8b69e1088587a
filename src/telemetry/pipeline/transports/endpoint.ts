import type { OtlpSettings } from '../../env/otlp-env.ts'
import type { OtlpProxy } from '../../env/otlp-proxy-env.ts'

/** One end of a connection. */
export interface Endpoint {
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: number
  readonly isTls: boolean
  /** `host:port`, for messages and for the `Host` header. */
  readonly authority: string
}

/** A proxy, and what it asks for. */
export interface ProxyEndpoint extends Endpoint {
  /** Value of `Proxy-Authorization`: a secret. */
  readonly authorization: string | undefined
  /** The variable that names the proxy. */
  readonly variable: string
}

/** The other end, taken from a URL. */
export function endpointOf(url: URL): Endpoint {
  const isTls = url.protocol === 'https:'
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port)
  return { host: url.hostname.replace(/^\[(.*)\]$/, '$1'), port, isTls, authority: `${url.hostname}:${port}` }
}

export function proxyEndpointOf(proxy: OtlpProxy | undefined): ProxyEndpoint | undefined {
  if (proxy === undefined) return undefined
  const url = new URL(proxy.url)
  return { ...endpointOf(url), authorization: basicAuthorization(url), variable: proxy.variable }
}

/**
 * What makes two signals able to share connections: same way, same certificates, and for the one connection of gRPC the
 * same headers, because what lies between may take those of the first call for all. Holds secrets.
 */
export function connectionKey(settings: OtlpSettings): string {
  const { protocol, url, proxy, tls } = settings
  const files = tls.files.map(({ part, path }) => [part, path])
  const headers = protocol === 'grpc' ? settings.headers : {}
  return JSON.stringify([protocol, new URL(url).origin, proxy?.url, files, headers])
}

/** Value of `Authorization` for the credentials of a URL, if it has any. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`
}

/** A lone `%` stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
