import { parseHostHeader } from './host-and-port.ts'
import type { RpcServer } from './rpc-client-calls.ts'

/** Schemes of targets whose rest is the path of a socket. */
const SOCKETS = new Set(['unix', 'unix-abstract'])
/** Of a target without one. */
const DEFAULT_PORT = 443

/**
 * What a client of gRPC calls, such as `dns:///orders:50051`, `ipv4:10.0.0.1:50051,10.0.0.2:50051` or
 * `unix:/run/orders.sock`. Of several addresses the first stands for all.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/naming.md
 */
export function parseGrpcTarget(target: string): RpcServer {
  const parts = /^(?:([a-z][a-z\d+.-]*):(?!\d+$))?(?:\/\/[^/]*\/)?(.*)$/is.exec(target)
  const scheme = parts?.[1]
  const rest = parts?.[2] ?? target
  if (scheme !== undefined && SOCKETS.has(scheme)) {
    return { host: target.slice(scheme.length + 1).replace(/^\/\//, ''), port: undefined }
  }
  const first = rest.split(',', 1)[0] ?? ''
  const named = parseHostHeader(first)
  return { host: named?.host ?? first, port: named === undefined ? undefined : (named.port ?? DEFAULT_PORT) }
}
