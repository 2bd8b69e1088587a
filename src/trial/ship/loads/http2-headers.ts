/** Those of one connection, which HTTP/2 does not have: a request with one is malformed (RFC 9113 §8.2.2). */
const OF_A_CONNECTION: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])

const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/**
 * Headers of a route as HTTP/2 has them: names in lower case (RFC 9113 §8.2), the host as `:authority`. Names that HTTP does
 * not allow are left out: no client of HTTP/2 puts them on the wire.
 */
export function toHttp2Headers(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => TOKEN.test(name) && !OF_A_CONNECTION.has(name))
      .map(([name, value]) => (name === 'host' ? [':authority', value] : [name, value])),
  )
}
