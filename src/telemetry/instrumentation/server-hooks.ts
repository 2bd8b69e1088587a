import type { EventEmitter } from 'node:events'
import type * as Https from 'node:https'
import { Server as NetServer, type Socket } from 'node:net'
import { Server, ServerResponse } from '../../core/node-http.ts'
import { type Emit, hookUnobserved, isRequestEvent } from '../../core/unobserved-server.ts'
import { type SocketMessage, whenBuiltinIsLoaded } from './builtin-module.ts'
import { subscribeAll } from './channels.ts'
import { overrideMethod } from './override-method.ts'

export interface ServerHooks {
  /** An event by which a server hands out a request. Must call `emit` with the arguments, once. */
  onRequest(emit: Emit, server: EventEmitter, args: Parameters<Emit>): boolean
  /** An answer is complete, or its connection is taken from it. Must not throw. */
  onDetached(response: ServerResponse): void
  onProblem(error: unknown): void
}

/**
 * Sees each request on its way to its handlers, and the end of each answer. That takes one method of the classes of
 * servers and one of that of answers: measured, that costs nothing, while Node's diagnostics channel costs a message for
 * each request, and says nothing of a client that goes away.
 *
 * Servers of other classes that speak HTTP/1 (that of `node:http2` with TLS can) are found when they take a connection.
 *
 * @returns takes it back. Where somebody has put something over it meanwhile, it stays and does nothing.
 */
export function hookServers(hooks: ServerHooks): () => void {
  const undo: (() => void)[] = []
  const hooked = new WeakSet()
  const onProblem = (error: unknown): void => hooks.onProblem(error)
  let isActive = true
  const hookEmit = (target: object): void => {
    if (hooked.has(target)) return
    hooked.add(target)
    const emit = Reflect.get(target, 'emit') as Emit
    function emitObserved(this: EventEmitter, ...args: Parameters<Emit>): boolean {
      return isActive && isRequestEvent(args[0]) ? hooks.onRequest(emit, this, args) : emit.apply(this, args)
    }
    undo.push(overrideMethod(target, 'emit', emitObserved))
  }
  const look = (message: unknown): void => {
    const { server } = (message as SocketMessage).socket
    if (server instanceof Server || !isHandlingRequests(server)) return
    const prototype = Object.getPrototypeOf(server) as object
    // The classes for any socket, with and without TLS, are not for HTTP alone.
    if (server.constructor.name !== 'Server') hookEmit(prototype)
  }
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the answer
  const detachSocket = ServerResponse.prototype.detachSocket
  function detachSocketObserved(this: ServerResponse, socket: Socket): void {
    detachSocket.call(this, socket)
    if (isActive) hooks.onDetached(this)
  }

  hookEmit(Server.prototype)
  undo.push(
    hookUnobserved((emit, server, args) => hooks.onRequest(emit, server, args)),
    overrideMethod(ServerResponse.prototype, 'detachSocket', detachSocketObserved),
    whenBuiltinIsLoaded<typeof Https>('https', (https) => hookEmit(https.Server.prototype), onProblem),
    subscribeAll({ 'net.server.socket': look }, onProblem),
  )
  return () => {
    isActive = false
    for (const restore of undo.splice(0)) restore()
  }
}

function isHandlingRequests(server: object | null | undefined): server is EventEmitter {
  return server instanceof NetServer && server.listenerCount('request') > 0
}
