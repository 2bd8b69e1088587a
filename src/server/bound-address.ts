import type { Server } from 'node:net'
import { isHttpServer, isTlsServer } from './server-kind.ts'

/** Where a listener is bound. */
export interface BoundAddress {
  readonly host: string
  /** 0 for a Unix socket, whose path is in {@link host}. */
  readonly port: number
  /**
   * A URL that works on this machine: `http://127.0.0.1:8080` for a listener on all interfaces. `tcp:` or `tls:` for
   * servers that don't speak HTTP, `unix:` with the path for a Unix socket.
   */
  readonly url: string
}

/** Where `server` listens; the host is empty if it does not. */
export function boundAddress(server: Server): BoundAddress {
  const address = server.address()
  // Nothing: a server that was closed in the same moment.
  if (address === null) return { host: '', port: 0, url: '' }
  if (typeof address === 'string') return { host: address, port: 0, url: `unix:${address}` }
  return toBoundAddress(schemeOf(server), address.address, address.port)
}

/** The same for an address that is known from elsewhere. */
export function toBoundAddress(scheme: string, host: string, port: number): BoundAddress {
  return { host, port, url: `${scheme}://${formatHost(toReachable(host))}:${port}` }
}

/** An IPv6 address in brackets, as URLs need it. */
export function formatHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** Whether requests come to `server` as HTTP, of any version. */
export function speaksHttp(server: Server): boolean {
  // The classes of HTTP/2 servers aren't public; only they can change the settings of their sessions.
  return isHttpServer(server) || 'updateSettings' in server
}

/** What a URL of `server` begins with. */
function schemeOf(server: Server): string {
  const isSecure = isTlsServer(server)
  if (speaksHttp(server)) return isSecure ? 'https' : 'http'
  return isSecure ? 'tls' : 'tcp'
}

const WILDCARDS: Readonly<Record<string, string>> = { '::': '127.0.0.1', '0.0.0.0': '127.0.0.1' }

function toReachable(host: string): string {
  return WILDCARDS[host] ?? host
}
