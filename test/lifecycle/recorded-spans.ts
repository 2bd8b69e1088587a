import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { onTestFinished } from 'vitest'

/** Registers a real tracer provider for the current test; returns the spans that have ended so far. */
export function recordSpans(): () => readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter()
  registerTracing(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  return () => exporter.getFinishedSpans()
}

/** Makes `provider` the one of the process until the current test is over. */
export function registerTracing(provider: Parameters<typeof trace.setGlobalTracerProvider>[0]): void {
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => {
    trace.disable()
    context.disable()
  })
}
