import type { EventEmitter } from 'node:events'

export type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/**
 * Puts `before` in front of everything that `server` emits. It is given how the event would be emitted without it.
 *
 * @returns takes it off; where somebody has put something over it meanwhile, it stays and does nothing
 */
export function overrideEmit(
  server: EventEmitter,
  before: (original: Emit, args: Parameters<Emit>) => boolean,
): () => void {
  const own = Object.hasOwn(server, 'emit') ? (Reflect.get(server, 'emit') as Emit) : undefined
  let isActive = true
  const replacement = function emitGuarded(...args: Parameters<Emit>): boolean {
    // Looked up each time: what observes servers may come after this.
    const original = own ?? inheritedEmit(server)
    return isActive ? before(original, args) : original.apply(server, args)
  }
  server.emit = replacement
  return () => {
    isActive = false
    if (server.emit !== replacement) return
    if (own === undefined) Reflect.deleteProperty(server, 'emit')
    else server.emit = own
  }
}

/** How the class emits: what traces and measures requests has overridden that, and nothing of this server alone. */
export function inheritedEmit(server: EventEmitter): Emit {
  return Reflect.get(Object.getPrototypeOf(server) as object, 'emit') as Emit
}
