import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'

// A symbol of the whole process, so that it also works across two copies of the package.
const UNOBSERVED = Symbol.for('seaworthy.unobserved')

/** The method `emit` of a server. */
export type Emit = (this: EventEmitter, event: string | symbol, ...args: unknown[]) => boolean

/** Gets an event by which a server hands out a request. Must call `emit` with the arguments, once. */
export type RequestHook = (emit: Emit, server: EventEmitter, args: Parameters<Emit>) => boolean

let requestHook: RequestHook | undefined

/**
 * Says that requests to `server` are never traced nor measured: it belongs to the equipment, not to the service. A
 * receiver in the process it observes would otherwise make a span of each delivery, and so a delivery of each span.
 * The stock instrumentation knows nothing of the mark; it patches `emit` of the class, which this server goes past.
 */
export function markUnobserved(server: EventEmitter): void {
  Object.defineProperty(server, UNOBSERVED, { value: true })
  Object.defineProperty(server, 'emit', { value: emitUnobserved, writable: true, configurable: true })
}

/**
 * Tells of requests to servers that were marked, for whoever has to keep out of what is done for them, too.
 *
 * @returns takes it back
 */
export function hookUnobserved(hook: RequestHook): () => void {
  requestHook = hook
  return () => {
    if (requestHook === hook) requestHook = undefined
  }
}

/** Whether a server hands out a request by this event. */
export function isRequestEvent(event: string | symbol): boolean {
  return event === 'request' || event === 'checkContinue' || event === 'checkExpectation'
}

/** Whether `server` was marked. */
export function isUnobservedServer(server: object): boolean {
  return UNOBSERVED in server
}

/** Whether `request` came to a server that was marked. */
export function isUnobserved(request: IncomingMessage): boolean {
  // Node sets `server` on each connection of an HTTP server; it is not among its types.
  const { server } = request.socket as { readonly server?: object }
  return server !== undefined && UNOBSERVED in server
}

function emitUnobserved(this: EventEmitter, ...args: Parameters<Emit>): boolean {
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the server
  const emit: Emit = EventEmitter.prototype.emit
  if (requestHook === undefined || !isRequestEvent(args[0])) return emit.apply(this, args)
  return requestHook(emit, this, args)
}
