import type { IncomingMessage } from 'node:http'

// A symbol of the whole process, so that it also works across two copies of the package.
const UNOBSERVED = Symbol.for('seaworthy.unobserved')

/**
 * Says that requests to `server` are never traced nor measured: it belongs to the equipment, not to the service. A
 * receiver in the process it observes would otherwise make a span of each delivery, and so a delivery of each span.
 */
export function markUnobserved(server: object): void {
  Object.defineProperty(server, UNOBSERVED, { value: true })
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
