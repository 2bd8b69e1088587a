import type { ContextManager } from '@opentelemetry/api'
import { FastContextManager } from '../context/context-manager.ts'

export { createPropagator } from '../propagation/create-propagator.ts'

/** Context by `AsyncLocalStorage`. */
export function createContextManager(): ContextManager {
  return new FastContextManager()
}
