import type { ClientHttp2Session } from 'node:http2'
import { Duplex } from 'node:stream'
import type { Http2 } from './http2-module.ts'

/** The prototype of servers without TLS, which `node:http2` does not export: by way of one that does nothing. */
export function serverPrototype(http2: Http2): object {
  return prototypeOf(http2.createServer())
}

/**
 * The prototype of servers with TLS, by way of one that has taken a connection: to make one costs 10 to 80 ms.
 *
 * @returns `undefined` when `server` is of another class
 */
export function secureServerPrototype(server: object | null | undefined): object | undefined {
  if (server === null || server === undefined) return undefined
  const prototype = prototypeOf(server)
  return prototype.constructor.name === 'Http2SecureServer' ? prototype : undefined
}

/** The prototype of the sessions of clients, in the same way. No connection is made for it. */
export function clientSessionPrototype(http2: Http2): ClientHttp2Session {
  const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, callback) => callback() })
  const session = http2.connect('http://localhost', { createConnection: () => nowhere })
  session.on('error', () => {})
  session.destroy()
  return prototypeOf(session)
}

function prototypeOf<T extends object>(instance: T): T {
  return Object.getPrototypeOf(instance) as T
}
