import type * as Http2Module from 'node:http2'
import { subscribeAll } from './channels.ts'

/** What `node:http2` exports. */
export type Http2 = typeof Http2Module

const SPECIFIER = 'node:http2'
/** As Node lists it once it is loaded. */
const LISTED = 'NativeModule http2'

/** A connection that something in this process has made or taken. */
export interface SocketMessage {
  readonly socket: { readonly server?: object | null }
}

/**
 * Calls `use` with `node:http2` as soon as this process has loaded it, and in time for its first connection, without
 * ever loading it for that: it takes 2 to 10 ms of a start, and most services never speak HTTP/2 by themselves. Node
 * says nowhere that a module was loaded, but HTTP/2 needs a socket, and each socket is published on a channel before
 * anything has been sent on it. Until then that is a look at a list of some 200 names for each connection (0.3 µs).
 *
 * @param use also gets the connection at which it was found, if it was not there from the beginning
 * @returns stops waiting
 */
export function whenHttp2IsLoaded(
  use: (http2: Http2, connection: SocketMessage | undefined) => void,
  onProblem: (error: unknown) => void,
): () => void {
  let stop = (): void => {}
  const look = (message?: unknown): void => {
    if (!isLoaded()) return
    stop()
    const http2 = process.getBuiltinModule(SPECIFIER) as Http2 | undefined
    // A Node that was built without crypto has none.
    if (http2 !== undefined) use(http2, message as SocketMessage | undefined)
  }
  if (isLoaded()) look()
  else stop = subscribeAll({ 'net.client.socket': look, 'net.server.socket': look }, onProblem)
  return () => stop()
}

/** Where Node does not say, now is as good as later. */
function isLoaded(): boolean {
  const modules: unknown = Reflect.get(process, 'moduleLoadList')
  return !Array.isArray(modules) || modules.includes(LISTED)
}
