import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'

/** Where a socket goes, and how. */
export interface SocketTarget {
  readonly host: string
  readonly port: number
  readonly tls?: { readonly rejectUnauthorized: boolean } | undefined
  readonly protocols?: readonly string[]
}

/**
 * A socket that stays open for writing when the server ends: so that a close of the server is something that the client
 * sees and answers itself, after the delay of the wire. Without it, a socket of TLS ends itself at once, and bytes that are
 * written then cost what was received and not read yet.
 */
export function openHalfOpen({ host, port, tls, protocols = [] }: SocketTarget): Socket {
  if (tls === undefined) return connectTcp({ host, port, allowHalfOpen: true, noDelay: true })
  // The option is documented (https://nodejs.org/api/tls.html#tlsconnectoptions-callback); the types of Node lack it.
  const options: ConnectionOptions & { readonly allowHalfOpen: boolean } = {
    host,
    port,
    rejectUnauthorized: tls.rejectUnauthorized,
    allowHalfOpen: true,
    ...(protocols.length === 0 ? {} : { ALPNProtocols: [...protocols] }),
  }
  return connectTls(options)
}
