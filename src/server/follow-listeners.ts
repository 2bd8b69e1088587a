import type { EventEmitter } from 'node:events'

// oxlint-disable-next-line typescript/no-explicit-any -- listeners of an emitter take what its events carry
type Listener = (...args: any[]) => void

/**
 * Keeps `listener` on `event` exactly as long as somebody else listens to it, too.
 *
 * Needed because for some events of an HTTP server a listener is a statement: with one for `upgrade`, Node hands the
 * socket over instead of answering; with one for `checkContinue`, it no longer says `100 Continue` by itself. Watching
 * them must not make that statement. It also survives a library that takes all listeners away and puts its own in their
 * place (engine.io does so with `request`).
 *
 * @returns a function that takes everything away again
 */
export function followListeners(emitter: EventEmitter, event: string, listener: Listener): () => void {
  let released = false
  const sync = (): void => {
    const all = emitter.listeners(event)
    const isOurs = all.includes(listener)
    const hasOthers = all.some((other) => other !== listener)
    if (hasOthers && !isOurs && !released) emitter.prependListener(event, listener)
    if (isOurs && (!hasOthers || released)) emitter.removeListener(event, listener)
  }
  // After the tick, because the list of listeners must not change while Node walks it (removeAllListeners does).
  const onChange = (name: string | symbol): void => {
    if (name === event) process.nextTick(sync)
  }
  sync()
  emitter.on('newListener', onChange)
  emitter.on('removeListener', onChange)
  return () => {
    released = true
    emitter.off('newListener', onChange)
    emitter.off('removeListener', onChange)
    sync()
  }
}
