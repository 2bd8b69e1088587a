import type { IncomingMessage, Server, ServerResponse } from 'node:http'

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])

/**
 * Lets every request pass `admit` first, and gives those that may pass to the service after the current tick instead of
 * in the middle of parsing.
 *
 * The delay is what makes pipelining right: Node parses and dispatches all requests of one packet in one go, so a
 * handler that answers at once would write the headers of the first before the second is known. After the tick, all are
 * known, and only the last says `Connection: close`. A request that may not pass is never seen by the service: it came
 * after the close was announced, and RFC 9112 §9.6 forbids to process it.
 *
 * It overrides `emit` on this one server, and only for as long as the server drains.
 *
 * @returns a function that ends it
 */
export function deferRequests(
  server: Server,
  admit: (request: IncomingMessage, response: ServerResponse) => boolean,
): () => void {
  const wasOwn = Object.hasOwn(server, 'emit')
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the server below
  const original = server.emit as (...args: unknown[]) => boolean
  const replacement = function emit(this: Server, ...args: unknown[]): boolean {
    const [event, request, response] = args as [string | symbol, IncomingMessage, ServerResponse]
    if (!REQUEST_EVENTS.has(event)) return original.apply(this, args)
    if (!admit(request, response)) return true
    process.nextTick(() => {
      if (!request.socket.destroyed) original.apply(this, args)
    })
    return true
  }
  server.emit = replacement as typeof server.emit
  return () => {
    // Whoever has overridden it after us keeps what they have; ours then only adds the tick.
    if (server.emit !== (replacement as typeof server.emit)) return
    if (wasOwn) server.emit = original as typeof server.emit
    else Reflect.deleteProperty(server, 'emit')
  }
}
