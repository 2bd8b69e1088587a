import type * as Http from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { context, propagation, trace, type TracerProvider } from '@opentelemetry/api'
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider as SdkTracerProvider,
} from '@opentelemetry/sdk-trace'
import type Express from 'express'
import type { ErrorRequestHandler } from 'express'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RecordingSpan } from '../../../src/telemetry/trace/recording-span.ts'
import type { SpanProcessor } from '../../../src/telemetry/trace/span-processor.ts'
import { TraceFixture } from './trace-fixture.ts'

/*
 * Instrumentations as they are published, of node:http, Express and fetch, once with the SDK's provider and once with this
 * one: they make the same spans.
 */

const USED = new Set(['http', 'express', 'undici'].map((name) => `@opentelemetry/instrumentation-${name}`))
const instrumentations = getNodeAutoInstrumentations().filter((instrumentation) => {
  const isUsed = USED.has(instrumentation.instrumentationName)
  if (!isUsed) instrumentation.disable()
  return isUsed
})

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
})
afterAll(() => {
  for (const instrumentation of instrumentations) instrumentation.disable()
  context.disable()
  propagation.disable()
})

/** Two requests by way of everything, the second of which fails. */
async function serveRequests(provider: TracerProvider): Promise<void> {
  for (const instrumentation of instrumentations) instrumentation.setTracerProvider(provider)
  // Required, because that is how the instrumentations find it.
  const express: typeof Express = createRequire(import.meta.url)('express')
  const http: typeof Http = createRequire(import.meta.url)('node:http')
  const app = express()
  app.get('/orders/:id', (request, response) => {
    trace.getActiveSpan()?.setAttribute('order.id', request.params.id ?? '')
    if (request.params.id === '2') throw new TypeError('no such order')
    response.json({ id: request.params.id })
  })
  // Express tells it from other handlers by its four parameters.
  const onError: ErrorRequestHandler = (_error, _request, response, _next) => void response.status(500).end()
  app.use(onError)
  const server = http.createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tracer = provider.getTracer('test')
  for (const id of [1, 2]) {
    await tracer.startActiveSpan(`request ${id}`, async (span) => {
      await (await fetch(`${url}/orders/${id}?q=1`)).text()
      span.end()
    })
  }
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** What a span says, without what differs from run to run. */
function describe(spans: readonly ReadableSpan[]): unknown {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]))
  const lines = spans.map((span) => ({
    name: span.name,
    scope: span.instrumentationScope.name,
    kind: span.kind,
    status: span.status,
    parent: names.get(span.parentSpanContext?.spanId ?? ''),
    isParentRemote: span.parentSpanContext?.isRemote,
    events: span.events.map(({ name, attributes }) => [name, Object.keys(attributes ?? {})]),
    attributes: Object.entries(span.attributes)
      .map(([key, value]) => `${key}=${String(value).replace(/:\d{4,5}|^\d{4,5}$/g, ':port')}`)
      .toSorted((a, b) => a.localeCompare(b)),
  }))
  return lines.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

test('published instrumentations make the same spans as with the SDK', { timeout: 30_000 }, async () => {
  const theirs = new InMemorySpanExporter()
  await serveRequests(new SdkTracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: theirs })] }))
  const ours = new InMemorySpanExporter()
  const processor = new SimpleSpanProcessor({ exporter: ours }) as unknown as SpanProcessor<RecordingSpan>
  const fixture = new TraceFixture({ spanProcessors: [processor] })
  await serveRequests(fixture.provider)

  const spans = ours.getFinishedSpans()
  expect(describe(spans)).toEqual(describe(theirs.getFinishedSpans()))
  expect(new Set(spans.map(({ instrumentationScope }) => instrumentationScope.name)).size).toBe(4)
  expect(fixture.spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['GET /orders/:id', 'GET', 'request 1']))
  expect(fixture.ledger.account).toMatchObject({ created: spans.length, dropped: expect.toBeOneOf([{}]) })
})
