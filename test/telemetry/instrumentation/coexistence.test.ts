import { trace } from '@opentelemetry/api'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import type * as Http from 'node:http'
import { createRequire } from 'node:module'
import { expect, onTestFinished, test } from 'vitest'
import type { StoredSpan } from '../../../src/store/stored-item.ts'
import {
  deliverSpans,
  exchangeRaw,
  rawGet,
  type StartedTelemetry,
  startServer,
  startTelemetry,
} from '../telemetry-fixture.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE_ID}-${PARENT_ID}-01`
const STOCK_HTTP = '@opentelemetry/instrumentation-http'
const STOCK_UNDICI = '@opentelemetry/instrumentation-undici'
const require = createRequire(import.meta.url)

/** One for all tests: what was loaded once is patched once. */
const stockHttp = new HttpInstrumentation()
stockHttp.disable()

function useStockHttp(): void {
  registerInstrumentations({ instrumentations: [stockHttp] })
  stockHttp.enable()
  require('node:http')
  onTestFinished(() => stockHttp.disable())
}

function useStockUndici(): void {
  const instrumentation = new UndiciInstrumentation()
  registerInstrumentations({ instrumentations: [instrumentation] })
  onTestFinished(() => instrumentation.disable())
}

const scopes = (spans: readonly StoredSpan[]): string[] => spans.map(({ scope }) => scope.name)

function measuredScopes({ receiver }: StartedTelemetry, name: string): [string, number][] {
  return receiver.store
    .metrics({ name })
    .map(({ latest }) => [latest.scope.name, latest.type === 'histogram' ? latest.count : -1])
}

const serverCases = [
  ['set up before', true],
  ['set up after', false],
] as const

test.each(serverCases)(
  'a server that the stock instrumentation observes, %s, has one span for each request',
  async (_, isBefore) => {
    if (isBefore) useStockHttp()
    await using started = await startTelemetry()
    if (!isBefore) useStockHttp()
    const seen: unknown[] = []
    const note = (): void => void seen.push(trace.getActiveSpan()?.spanContext().spanId)
    await using server = await startServer((request, response) => {
      note()
      request.on('data', note).on('end', () => {
        note()
        response.end()
      })
    })
    const post = `${rawGet('/a', { traceparent: TRACEPARENT, 'Content-Length': '1' }).replace('GET', 'POST')}x`

    await exchangeRaw(server.port, post)
    await exchangeRaw(server.port, rawGet('/b'))
    await exchangeRaw(server.port, rawGet('/c'))
    const spans = await deliverSpans(started, 3)

    expect(scopes(spans)).toEqual([STOCK_HTTP, STOCK_HTTP, STOCK_HTTP])
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([PARENT_ID, '', ''])
    expect(seen.slice(0, 3)).toEqual([spans[0]?.spanId, spans[0]?.spanId, spans[0]?.spanId])
    // One that was set up before there was anything to measure with measures nothing, ever.
    const measured = measuredScopes(started, 'http.server.request.duration')
    expect(measured).toEqual([
      [isBefore ? 'seaworthy' : STOCK_HTTP, 1],
      [isBefore ? 'seaworthy' : STOCK_HTTP, 2],
    ])
    const active = started.receiver.store.metrics({ name: 'http.server.active_requests' })
    expect(active.map(({ latest }) => 'value' in latest && latest.value)).toEqual(isBefore ? [0, 0] : [])
    const said = started.log.lines.filter((line) => line.includes('HTTP servers'))
    expect(said).toEqual([`info requests to HTTP servers are left to ${STOCK_HTTP}, which observes them as well`])
  },
)

test('a request by node:http that the stock instrumentation observes has one span, and one traceparent', async () => {
  await using started = await startTelemetry({ ignoreRequest: () => true })
  useStockHttp()
  const headers: unknown[] = []
  await using server = await startServer((request, response) => {
    headers.push(request.headers['traceparent'])
    response.end()
  })
  const http = require('node:http') as typeof Http
  for (let index = 0; index < 2; index++) {
    await new Promise<void>((resolve) => {
      http.get(`${server.url}/`, (response) => void response.resume().on('close', resolve))
    })
  }
  const spans = (await deliverSpans(started, 2)).filter(({ kind }) => kind === 3)

  expect(scopes(spans)).toEqual([STOCK_HTTP, STOCK_HTTP])
  expect(headers).toEqual(spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-03`))
  expect(measuredScopes(started, 'http.client.request.duration')).toEqual([[STOCK_HTTP, 2]])
})

test.each([
  ['before', true],
  ['after', false],
])(
  'a request by fetch that the stock instrumentation, set up %s, observes has one span and one traceparent',
  async (_, isBefore) => {
    if (isBefore) useStockUndici()
    await using started = await startTelemetry({ ignoreRequest: () => true })
    if (!isBefore) useStockUndici()
    const headers: unknown[] = []
    await using server = await startServer((request, response) => {
      headers.push(request.headers['traceparent'])
      response.end()
    })
    for (let index = 0; index < 2; index++) await (await fetch(server.url)).text()
    const spans = await deliverSpans(started, 2)

    expect(scopes(spans)).toEqual([STOCK_UNDICI, STOCK_UNDICI])
    expect(headers).toEqual(spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-03`))
    expect(measuredScopes(started, 'http.client.request.duration')).toEqual([
      [isBefore ? 'seaworthy' : STOCK_UNDICI, 2],
    ])
    expect(started.log.lines.filter((line) => line.includes('fetch'))).toHaveLength(1)
  },
)
