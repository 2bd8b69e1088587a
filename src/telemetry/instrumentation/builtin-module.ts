import { subscribeAll } from './channels.ts'

/** A connection that something in this process has made or taken. */
export interface SocketMessage {
  readonly socket: { readonly server?: object | null }
}

/**
 * Calls `use` with a module of Node's that speaks to sockets, as soon as this process has loaded it, and in time for its
 * first connection, without ever loading it for that. Node says nowhere that a module was loaded, but each socket is
 * published on a channel before anything has been sent on it. Until then that is a look at a list of some 200 names for
 * each connection (0.3 µs).
 *
 * @param name without `node:`
 * @param use also gets the connection at which it was found, if it was not there from the beginning
 * @returns stops waiting
 */
export function whenBuiltinIsLoaded<T>(
  name: string,
  use: (module: T, connection: SocketMessage | undefined) => void,
  onProblem: (error: unknown) => void,
): () => void {
  let stop = (): void => {}
  const look = (message?: unknown): void => {
    if (!isLoaded(name)) return
    stop()
    const module = process.getBuiltinModule(`node:${name}`) as T | undefined
    // A Node that was built without crypto lacks some.
    if (module !== undefined) use(module, message as SocketMessage | undefined)
  }
  if (isLoaded(name)) look()
  else stop = subscribeAll({ 'net.client.socket': look, 'net.server.socket': look }, onProblem)
  return () => stop()
}

/** Where Node does not say, now is as good as later. */
function isLoaded(name: string): boolean {
  const modules: unknown = Reflect.get(process, 'moduleLoadList')
  return !Array.isArray(modules) || modules.includes(`NativeModule ${name}`)
}
