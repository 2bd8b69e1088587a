import type { Http2ServerRequest, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'

import type { AnyHttp2Server } from './http2-server.ts'
import { findOpenSockets, innerPart } from './open-connections.ts'

/** A session that was there before anyone watched. */
export interface FoundSession {
  readonly session: ServerHttp2Session
  readonly socket: Duplex
  /** Its open streams; with the request where the service uses the API that HTTP/1.1 has, too. */
  readonly streams: readonly { readonly stream: ServerHttp2Stream; readonly request: Http2ServerRequest | undefined }[]
}

/**
 * The sessions that `server` already has, as far as Node lets them be found: without TLS always, with TLS from version
 * 24 on. Where the inner parts that this looks at are missing, the answer is "none".
 */
export function findOpenSessions(server: AnyHttp2Server): readonly FoundSession[] {
  const sessions = new Set(valuesOf(innerPart(server, 'sessions')))
  for (const socket of findOpenSockets(server)) sessions.add(sessionOn(socket))
  const found: FoundSession[] = []
  for (const each of sessions) {
    const session = each as ServerHttp2Session | undefined
    if (session === undefined || session.destroyed) continue
    const socket = innerPart(session, 'socket')
    const state = innerPart(session, 'state') as { readonly streams?: unknown } | undefined
    const streams = valuesOf(state?.streams) as readonly ServerHttp2Stream[]
    if (socket === undefined) continue
    found.push({
      session,
      socket: socket as Duplex,
      streams: streams.map((stream) => ({
        stream,
        request: innerPart(stream, 'request') as Http2ServerRequest | undefined,
      })),
    })
  }
  return found
}

/** Node notes the session on its socket, on some versions by a symbol and on some by the name "undefined". */
function sessionOn(socket: object): unknown {
  for (const key of Reflect.ownKeys(socket)) {
    const value = (socket as Readonly<Record<string | symbol, unknown>>)[key]
    if (typeof value === 'object' && value?.constructor?.name === 'ServerHttp2Session') return value
  }
  return undefined
}

/** Of a Map or a Set; Node's own are not instances of these. */
function valuesOf(collection: unknown): readonly unknown[] {
  const { values } = (collection ?? {}) as { readonly values?: () => Iterable<unknown> }
  return typeof values === 'function' ? [...values.call(collection)] : []
}
