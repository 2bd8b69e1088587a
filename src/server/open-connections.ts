import type { Server, ServerResponse } from 'node:http'
import { type Server as NetServer, Socket } from 'node:net'

/** A connection that was there before anyone watched, with the answer that it is waiting for, if any. */
export interface FoundConnection {
  readonly socket: Socket
  readonly response: ServerResponse | undefined
}

interface ParserList {
  all(): readonly { readonly socket?: (Socket & { _httpMessage?: ServerResponse | null }) | null }[]
}

/**
 * The connections that `server` already has. Node keeps them for `closeAllConnections()` under a symbol without a
 * public way to read them; where that is missing, the answer is "none", and only later connections are accounted for.
 * A test holds this against every supported version. Of pipelined requests only the first is found.
 */
export function findOpenConnections(server: Server): readonly FoundConnection[] {
  const key = Object.getOwnPropertySymbols(server).find((symbol) => symbol.description === 'http.server.connections')
  if (key === undefined) return []
  const list = (server as unknown as Record<symbol, Partial<ParserList> | undefined>)[key]
  if (typeof list?.all !== 'function') return []
  const found: FoundConnection[] = []
  for (const { socket } of (list as ParserList).all()) {
    if (socket === null || socket === undefined || socket.destroyed) continue
    found.push({ socket, response: socket._httpMessage ?? undefined })
  }
  return found
}

/**
 * The connections that a server without TLS already has. Node knows every open handle of the process and has no public
 * way to ask for those of one server; where that list is missing, the answer is "none", and only later connections are
 * accounted for. A test holds this against every supported version.
 */
export function findOpenSockets(server: NetServer): readonly Socket[] {
  const { _getActiveHandles: list } = process as { readonly _getActiveHandles?: () => readonly unknown[] }
  if (typeof list !== 'function') return []
  return list.call(process).filter((handle): handle is Socket => {
    return handle instanceof Socket && !handle.destroyed && serverOf(handle) === server
  })
}

/** Node sets it on every socket that a server accepts. */
function serverOf(socket: Socket): unknown {
  return (socket as Socket & { readonly server?: unknown }).server
}

/** A part of an object of Node's own that has a symbol for a name. */
export function innerPart(object: object, name: string): unknown {
  const symbol = Object.getOwnPropertySymbols(object).find(({ description }) => description === name)
  return symbol === undefined ? undefined : (object as Readonly<Record<symbol, unknown>>)[symbol]
}
