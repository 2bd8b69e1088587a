import { createContextKey, type Span } from '@opentelemetry/api'

/**
 * The context keys that have a slot of their own, by name: keys are global symbols, so these are the very ones that the
 * API and every instrumentation use, without loading the SDK for them.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/blob/main/api/src/trace/context-utils.ts
 * @see https://github.com/open-telemetry/opentelemetry-js/tree/main/packages/opentelemetry-core/src/trace
 */
export const SPAN = createContextKey('OpenTelemetry Context Key SPAN')
export const BAGGAGE = createContextKey('OpenTelemetry Baggage Key')
export const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
export const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** The server request that a context belongs to. Instrumentations of frameworks (Express, Koa, …) set `route` on it. */
export interface HttpRequestMetadata {
  readonly type: 'http'
  readonly span: Span
  route?: string
}
