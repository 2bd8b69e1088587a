import { type Context, createContextKey, type Span } from '@opentelemetry/api'

/**
 * Two context keys of the OpenTelemetry SDK for JavaScript, by name: keys are global symbols, so these are the very
 * ones that every instrumentation uses, without loading the SDK for them.
 *
 * @see https://github.com/open-telemetry/opentelemetry-js/tree/main/packages/opentelemetry-core/src/trace
 */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')
const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** A context in which nothing is traced or propagated: our own exports, probes. */
export function suppressTracing(context: Context): Context {
  return context.setValue(SUPPRESS_TRACING, true)
}

export function isTracingSuppressed(context: Context): boolean {
  return context.getValue(SUPPRESS_TRACING) === true
}

/** The server request that a context belongs to. Instrumentations of frameworks (Express, Koa, …) set `route` on it. */
export interface HttpRequestMetadata {
  readonly type: 'http'
  readonly span: Span
  route?: string
}

export function setRequestMetadata(context: Context, metadata: HttpRequestMetadata): Context {
  return context.setValue(RPC_METADATA, metadata)
}

export function getRequestMetadata(context: Context): HttpRequestMetadata | undefined {
  return context.getValue(RPC_METADATA) as HttpRequestMetadata | undefined
}
