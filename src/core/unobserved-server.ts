import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'

// A symbol of the whole process, so that it also works across two copies of the package.
const UNOBSERVED = Symbol.for('seaworthy.unobserved')

/**
 * Says that requests to `server` are never traced nor measured: it belongs to the equipment, not to the service. A
 * receiver in the process it observes would otherwise make a span of each delivery, and so a delivery of each span.
 * The stock instrumentation knows nothing of the mark; it patches `emit` of the class, which this server goes past.
 */
export function markUnobserved(server: EventEmitter): void {
  Object.defineProperty(server, UNOBSERVED, { value: true })
  // oxlint-disable-next-line typescript/unbound-method -- it is called on the server
  Object.defineProperty(server, 'emit', { value: EventEmitter.prototype.emit, writable: true, configurable: true })
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
