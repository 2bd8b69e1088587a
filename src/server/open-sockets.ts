import { type Server, Socket } from 'node:net'

/**
 * The connections that a server without TLS already has. Node knows every open handle of the process and has no public
 * way to ask for those of one server; where that list is missing, the answer is "none", and only later connections are
 * accounted for. A test holds this against every supported version.
 */
export function findOpenSockets(server: Server): readonly Socket[] {
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
