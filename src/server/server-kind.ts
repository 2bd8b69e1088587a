import type { Server as HttpsServer } from 'node:https'
import type { Server as NetServer } from 'node:net'
import type { Server as TlsServer, TLSSocket } from 'node:tls'
import { Server as HttpServer } from '../core/node-http.ts'

/*
 * `node:tls` and `node:https` are loaded by whoever makes a server of theirs (8 ms and 4 MiB). So they are asked only
 * about what cannot be anything else.
 */

/** Whether TLS is spoken on the connections of `server`, whatever within it. */
export function isTlsServer(server: NetServer): server is TlsServer {
  return 'setSecureContext' in server && server instanceof process.getBuiltinModule('node:tls').Server
}

/** Whether `server` is of `node:http` or `node:https`. */
export function isHttpServer(server: NetServer): server is HttpServer | HttpsServer {
  if (server instanceof HttpServer) return true
  return isTlsServer(server) && server instanceof process.getBuiltinModule('node:https').Server
}

export function isTlsSocket(socket: object): socket is TLSSocket {
  return 'encrypted' in socket && socket instanceof process.getBuiltinModule('node:tls').TLSSocket
}
