import type { Context } from '@opentelemetry/api'
import { type HttpRequestMetadata, RPC_METADATA, SUPPRESS_TRACING } from './context/context-keys.ts'
import { FastContext } from './context/fast-context.ts'

export type { HttpRequestMetadata } from './context/context-keys.ts'

/** A context in which nothing is traced or propagated: our own exports, probes. */
export function suppressTracing(context: Context): Context {
  return context instanceof FastContext ? context.withTracingSuppressed() : context.setValue(SUPPRESS_TRACING, true)
}

export function isTracingSuppressed(context: Context): boolean {
  return context instanceof FastContext ? context.suppressed : context.getValue(SUPPRESS_TRACING) === true
}

export function setRequestMetadata(context: Context, metadata: HttpRequestMetadata): Context {
  return context.setValue(RPC_METADATA, metadata)
}

export function getRequestMetadata(context: Context): HttpRequestMetadata | undefined {
  return context.getValue(RPC_METADATA) as HttpRequestMetadata | undefined
}
