import { type Context, context } from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/**
 * Makes every listener of `emitter` run in `active`. The events of a request's body come from its socket, which belongs
 * to no request, so without this a handler of `data` or `end` has no context. One own property on the instance; nothing
 * is patched for others, and listeners stay the functions that they are.
 */
export function keepContext(emitter: EventEmitter, active: Context): void {
  // Looked up here, so that an `emit` that a framework or a test has put there is still called.
  const emit = Reflect.get(emitter, 'emit') as Emit
  emitter.emit = function emitInContext(this: EventEmitter, ...args: Parameters<Emit>): boolean {
    return context.with(active, emit, this, ...args)
  }
}
