import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

import { followListeners } from './follow-listeners.ts'
import { findOpenConnections } from './open-connections.ts'
import type { RequestLedger } from './request-ledger.ts'
import { isTlsServer } from './server-kind.ts'

/**
 * Enters everything that happens on `server` into `ledger`, by listeners on this one server and nothing global. What
 * was already open is found as far as Node lets it be found.
 *
 * @returns a function that stops watching
 */
export function watchServer(server: Server, ledger: RequestLedger): () => void {
  const isTls = isTlsServer(server)
  const onConnection = (socket: Socket): void => void ledger.connect(socket, { isHandshaking: isTls })
  const onSecure = (socket: TLSSocket): void => {
    // Node has no public way from a TLS socket to the one under it; without it the two would be counted as two.
    const raw = (socket as TLSSocket & { _parent?: Socket })._parent
    if (socket.alpnProtocol === 'h2') ledger.disown(raw)
    else ledger.secure(raw, socket)
  }
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    // Adapters emit 'request' with objects of their own (serverless, injected tests): these have no connection.
    if (isHttp1(request) && request.socket instanceof Socket) ledger.open(request, response)
  }
  const onUpgrade = (request: IncomingMessage): void => {
    if (isHttp1(request)) ledger.upgrade(request)
  }

  for (const { socket, response } of findOpenConnections(server)) {
    ledger.connect(socket)
    if (response !== undefined) ledger.open(response.req, response)
  }
  server.prependListener('connection', onConnection)
  if (isTls) server.prependListener('secureConnection', onSecure)
  const unfollow = [
    followListeners(server, 'request', onRequest),
    followListeners(server, 'checkContinue', onRequest),
    followListeners(server, 'checkExpectation', onRequest),
    followListeners(server, 'upgrade', onUpgrade),
    followListeners(server, 'connect', onUpgrade),
  ]
  return () => {
    server.off('connection', onConnection)
    server.off('secureConnection', onSecure)
    for (const each of unfollow) each()
  }
}

/** A server that speaks HTTP/2 as well has requests of both kinds, in the same events. */
export function isHttp1({ httpVersionMajor }: IncomingMessage): boolean {
  return httpVersionMajor < 2
}
