import { AsyncResource } from 'node:async_hooks'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

import { isHttp1 } from './watch-server.ts'

const REQUEST_EVENTS: ReadonlySet<string | symbol> = new Set(['request', 'checkContinue', 'checkExpectation'])
/** These hand over a socket instead of a response, and at once: what follows on it is no HTTP. */
const UPGRADE_EVENTS: ReadonlySet<string | symbol> = new Set(['upgrade', 'connect'])

export interface DeferredRequests {
  /**
   * Keeps requests from the service until {@link release}. They are in the ledger all the same. Without handlers to run,
   * a turn of the event loop takes next to no time, and who waits for an answer sends nothing new.
   */
  hold(): void
  /** Gives the service what was held back, in order. */
  release(): void
  /** Releases, and takes the override off the server. */
  end(): void
}

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
 * Requests can also be held back for a moment: see {@link DeferredRequests.hold}.
 */
export function deferRequests(
  server: Server,
  admit: (request: IncomingMessage, response: ServerResponse | undefined) => boolean,
): DeferredRequests {
  const wasOwn = Object.hasOwn(server, 'emit')
  // oxlint-disable-next-line typescript/unbound-method -- it is called with the server below
  const original = server.emit as (...args: unknown[]) => boolean
  let held: (() => void)[] | undefined
  const replacement = function emit(this: Server, ...args: unknown[]): boolean {
    const [event, request, response] = args as [string | symbol, IncomingMessage, ServerResponse]
    if (!REQUEST_EVENTS.has(event) && !UPGRADE_EVENTS.has(event)) return original.apply(this, args)
    if (!isHttp1(request)) return original.apply(this, args)
    if (UPGRADE_EVENTS.has(event)) return admit(request, undefined) ? original.apply(this, args) : true
    if (!admit(request, response)) return true
    const dispatch = (): void => {
      if (!request.socket.destroyed) original.apply(this, args)
    }
    if (held === undefined) afterTick(dispatch)
    // Later, but in the context of its own request: whatever follows the request by it still does.
    else held.push(AsyncResource.bind(dispatch))
    return true
  }
  server.emit = replacement as typeof server.emit
  const release = (): void => {
    const waiting = held ?? []
    held = undefined
    // Each in a tick of its own, so that one that throws is the process's affair, as ever, and stops none of the others.
    for (const dispatch of waiting) afterTick(dispatch)
  }
  const end = (): void => {
    release()
    // Whoever has overridden it after us keeps what they have; ours then only adds the tick.
    if (server.emit !== (replacement as typeof server.emit)) return
    if (wasOwn) server.emit = original as typeof server.emit
    else Reflect.deleteProperty(server, 'emit')
  }
  return { hold: () => (held ??= []), release, end }
}

/**
 * Behind what the parser has left for the end of this tick. That is, of a request whose end was in the same packet, to
 * tell that it has something to read: ahead of that, a handler's reading would be begun by it, and every listener of the
 * request would run in the context of the connection, which belongs to no request.
 */
function afterTick(dispatch: () => void): void {
  process.nextTick(() => process.nextTick(dispatch))
}
