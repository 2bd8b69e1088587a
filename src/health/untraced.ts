import { context, createContextKey } from '@opentelemetry/api'

/** The key that every OpenTelemetry instrumentation looks at; keys are global symbols, so no SDK has to be loaded for it. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Runs `work` without making spans of what it does: a check every few seconds would fill the traces with itself. */
export function untraced<T>(work: () => T): T {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), work)
}
