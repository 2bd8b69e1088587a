import { type Context, context as contextApi } from '@opentelemetry/api'
import type { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { FastContextManager } from '../context/context-manager.ts'
import { keepContext } from './keep-context.ts'

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

const CONTEXT = Symbol('seaworthy.context')

interface Carrier extends EventEmitter {
  [CONTEXT]?: Context
}

/**
 * Makes the listeners of requests and answers run in the context of their request where Node would call them in that of
 * the connection, which belongs to no request. One function for all of them: it costs two fields on each.
 */
export class BodyContext {
  readonly #emitInContext: Emit

  constructor(manager: FastContextManager | undefined) {
    const call = (active: Context, emit: Emit, target: EventEmitter, args: Parameters<Emit>): boolean =>
      manager === undefined ? contextApi.with(active, emit, target, ...args) : manager.apply(active, emit, target, args)
    this.#emitInContext = function emitInContext(this: Carrier, ...args: Parameters<Emit>): boolean {
      const emit = Reflect.get(Object.getPrototypeOf(this) as object, 'emit') as Emit
      const active = this[CONTEXT]
      // Where nobody listens there is nobody to carry anything to.
      if (active === undefined || this.listenerCount(args[0]) === 0) return emit.apply(this, args)
      return call(active, emit, this, args)
    }
  }

  keep(emitter: Carrier, active: Context): void {
    if (Object.hasOwn(emitter, 'emit')) {
      // Somebody has put something of their own there, which is still to be called.
      if (emitter[CONTEXT] === undefined) keepContext(emitter, active)
      return
    }
    emitter[CONTEXT] = active
    emitter.emit = this.#emitInContext
  }

  release(emitter: Carrier): void {
    if (emitter.emit === this.#emitInContext) Reflect.deleteProperty(emitter, 'emit')
  }
}

/** Whether a request has a body, by its headers. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}
