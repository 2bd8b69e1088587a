import { trace } from '@opentelemetry/api'
import { BatchSpanProcessor, InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import { hasForeignTelemetry } from '../../src/lifecycle/foreign-telemetry.ts'
import { registerTracing } from './recorded-spans.ts'

const ours = { name: 'telemetry', flush: async () => ({ complete: true, details: {} }) }

function stockSdk(): TracerProvider {
  return new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: new InMemorySpanExporter() })] })
}

test('with nothing registered, there is no foreign telemetry', () => {
  expect(hasForeignTelemetry(new FinalFlush())).toBe(false)
})

test('a tracer that somebody took before anything was registered is no foreign telemetry', () => {
  trace.getTracer('early').startSpan('early').end()
  expect(hasForeignTelemetry(new FinalFlush())).toBe(false)
})

test('a stock SDK that registered itself is', () => {
  registerTracing(stockSdk())
  expect(hasForeignTelemetry(new FinalFlush())).toBe(true)
})

test('our own telemetry is not, whatever provider it registers', () => {
  registerTracing(stockSdk())
  const finalFlush = new FinalFlush()
  finalFlush.add(ours)
  expect(hasForeignTelemetry(finalFlush)).toBe(false)
})

test('a provider that cannot be shut down is nothing to warn of', () => {
  registerTracing({ getTracer: (name) => trace.getTracer(name) })
  expect(hasForeignTelemetry(new FinalFlush())).toBe(false)
})
