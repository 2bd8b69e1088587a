/** Schemes of targets whose rest is the path of a socket. */
const SOCKETS = new Set(['unix', 'unix-abstract'])
/** Of a target of gRPC without one. */
const DEFAULT_GRPC_PORT = 443

export interface HostAndPort {
  readonly host: string
  readonly port: number | undefined
}

/** The parts of a `Host` header: `shop.example`, `shop.example:8080`, `[::1]:8080`. `undefined` when it is none. */
export function parseHostHeader(header: string | undefined): HostAndPort | undefined {
  if (header === undefined) return undefined
  const parts = /^(\[[\da-f:.%]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?$/i.exec(header.trim())
  if (parts?.[1] === undefined) return undefined
  return { host: parts[1].replace(/^\[|\]$/g, ''), port: parts[2] === undefined ? undefined : Number(parts[2]) }
}

export function defaultPort(scheme: string): number {
  return scheme === 'https' ? 443 : 80
}

/**
 * What a client of gRPC calls, such as `dns:///orders:50051`, `ipv4:10.0.0.1:50051,10.0.0.2:50051` or
 * `unix:/run/orders.sock`. Of several addresses the first stands for all.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/naming.md
 */
export function parseGrpcTarget(target: string): HostAndPort {
  const parts = /^(?:([a-z][a-z\d+.-]*):(?!\d+$))?(?:\/\/[^/]*\/)?(.*)$/is.exec(target)
  const scheme = parts?.[1]
  const rest = parts?.[2] ?? target
  if (scheme !== undefined && SOCKETS.has(scheme)) {
    return { host: target.slice(scheme.length + 1).replace(/^\/\//, ''), port: undefined }
  }
  const first = rest.split(',', 1)[0] ?? ''
  const named = parseHostHeader(first)
  return { host: named?.host ?? first, port: named === undefined ? undefined : (named.port ?? DEFAULT_GRPC_PORT) }
}

/** Where requests go: the same object for all of them, as long as it is remembered. */
export class Origin {
  /** Without brackets. */
  readonly host: string
  readonly port: number
  readonly scheme: string
  /** How URLs there begin, as they are usually written: without the port that its scheme has. */
  readonly base: string
  /** What {@link ClientMetrics} keeps for it. */
  memo: unknown = undefined

  constructor(scheme: string, host: string, port: number) {
    this.host = host
    this.port = port
    this.scheme = scheme
    const authority = host.includes(':') ? `[${host}]` : host
    this.base = port === defaultPort(scheme) ? `${scheme}://${authority}` : `${scheme}://${authority}:${port}`
  }
}
