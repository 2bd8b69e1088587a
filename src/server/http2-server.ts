import type { Http2SecureServer, Http2Server } from 'node:http2'
import type { Server as NetServer } from 'node:net'

export type AnyHttp2Server = Http2Server | Http2SecureServer

/** Without `instanceof`: Node does not export these classes, and services that don't speak HTTP/2 need not load it. */
export function isHttp2Server(server: NetServer): server is AnyHttp2Server {
  return 'updateSettings' in server && typeof server.updateSettings === 'function'
}
