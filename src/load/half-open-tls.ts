import type { ConnectionOptions } from 'node:tls'

/**
 * The same options for a socket that stays open for writing when the server ends. Without it, the socket ends itself at
 * once, and bytes that are written then cost what was received and not read yet.
 *
 * The option is documented; the types of Node do not have it.
 *
 * @see https://nodejs.org/api/tls.html#tlsconnectoptions-callback
 */
export function halfOpenTls(options: ConnectionOptions): ConnectionOptions {
  const halfOpen: ConnectionOptions & { readonly allowHalfOpen: boolean } = { ...options, allowHalfOpen: true }
  return halfOpen
}
