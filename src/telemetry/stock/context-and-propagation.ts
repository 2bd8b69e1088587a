import type { ContextManager, TextMapPropagator } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import type { PropagatorName } from '../env/propagators-env.ts'

/** Context by `AsyncLocalStorage`. */
export function createContextManager(): ContextManager {
  return new AsyncLocalStorageContextManager()
}

/** W3C trace context and baggage, as far as they are asked for. */
export function createPropagator(names: readonly PropagatorName[]): TextMapPropagator {
  const propagators = names.map((name) =>
    name === 'tracecontext' ? new W3CTraceContextPropagator() : new W3CBaggagePropagator(),
  )
  return new CompositePropagator({ propagators })
}
