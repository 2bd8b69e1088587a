import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPLogExporter as GrpcLogs } from '@opentelemetry/exporter-logs-otlp-grpc'
import { OTLPLogExporter as JsonLogs } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtoLogs } from '@opentelemetry/exporter-logs-otlp-proto'
import { OTLPMetricExporter as GrpcMetrics } from '@opentelemetry/exporter-metrics-otlp-grpc'
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto'
import { OTLPTraceExporter as GrpcTraces } from '@opentelemetry/exporter-trace-otlp-grpc'
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { AggregationType, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { describe, expect, test } from 'vitest'
import type { Transport } from '../../src/receiver/counts.ts'
import { createReceiver, type Receiver } from '../../src/receiver/receiver.ts'

const EXPORTERS = {
  grpc: { traces: GrpcTraces, metrics: GrpcMetrics, logs: GrpcLogs },
  'http/protobuf': { traces: ProtoTraces, metrics: ProtoMetrics, logs: ProtoLogs },
  'http/json': { traces: JsonTraces, metrics: JsonMetrics, logs: JsonLogs },
} as const

const resource = resourceFromAttributes({ 'service.name': 'shop', 'service.instance.id': 'shop-1' })
const combinations = (['grpc', 'http/protobuf', 'http/json'] as const).flatMap((transport) =>
  (['none', 'gzip'] as const).map((compression) => ({ transport, compression })),
)

describe.each(combinations)('official exporters over $transport, compression $compression', (combination) => {
  test('traces arrive with everything a span holds', async () => {
    await using receiver = createReceiver()
    const exporter = new EXPORTERS[combination.transport].traces(await exporterOptions(receiver, 'traces', combination))
    const provider = new TracerProvider({ resource, spanProcessors: [new BatchSpanProcessor({ exporter })] })
    const tracer = provider.getTracer('shop-tracer', '1.2.3')

    const parent = tracer.startSpan('POST /orders', {
      kind: SpanKind.SERVER,
      startTime: new Date('2026-01-02T03:04:05.678Z'),
      attributes: { 'http.route': '/orders', items: 3, ratio: 0.5, paid: true, tags: ['a', 'ü'] },
    })
    const child = tracer.startSpan(
      'INSERT orders',
      { kind: SpanKind.CLIENT, links: [{ context: parent.spanContext(), attributes: { why: 'test' } }] },
      trace.setSpan(context.active(), parent),
    )
    child.addEvent('retry', { attempt: 2 })
    child.setStatus({ code: SpanStatusCode.ERROR, message: 'disk full' })
    child.end()
    parent.end(new Date('2026-01-02T03:04:06.678Z'))
    await provider.shutdown()

    const { traceId, spanId } = parent.spanContext()
    const [stored] = receiver.store.spans({ spanId })
    expect(stored).toMatchObject({
      traceId,
      spanId,
      parentSpanId: '',
      name: 'POST /orders',
      kind: 2,
      startTimeUnixNano: 1767323045678000000n,
      endTimeUnixNano: 1767323046678000000n,
      status: { code: 0, message: '' },
      service: 'shop',
      scope: { name: 'shop-tracer', version: '1.2.3' },
    })
    expect({ ...stored?.attributes }).toEqual({
      'http.route': '/orders',
      items: 3,
      ratio: 0.5,
      paid: true,
      tags: ['a', 'ü'],
    })
    expect(stored?.resource.attributes['service.instance.id']).toBe('shop-1')
    const [storedChild] = receiver.store.spans({ traceId, parentSpanId: spanId })
    expect(storedChild).toMatchObject({
      name: 'INSERT orders',
      kind: 3,
      status: { code: 2, message: 'disk full' },
      events: [{ name: 'retry', attributes: { attempt: 2 } }],
      links: [{ traceId, spanId, attributes: { why: 'test' } }],
    })
    expect(receiver.store.trace(traceId)?.rows.map((row) => [row.depth, row.name])).toEqual([
      [0, 'POST /orders'],
      [1, 'INSERT orders'],
    ])
    expectTaken(receiver, 'traces', combination.transport, 2)
    expect(receiver.counts.inflatedBytes > 0).toBe(combination.compression === 'gzip')
  })

  test('metrics arrive with every kind of point', async () => {
    await using receiver = createReceiver()
    const Exporter = EXPORTERS[combination.transport].metrics
    const exporter = new Exporter(await exporterOptions(receiver, 'metrics', combination))
    const provider = new MeterProvider({
      resource,
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
      views: [
        {
          instrumentName: 'latency',
          aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [10, 100] } },
        },
        { instrumentName: 'size', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } },
      ],
    })
    const meter = provider.getMeter('shop-meter', '4.5.6')
    const counter = meter.createCounter('orders', { unit: '{order}', description: 'Orders taken' })
    counter.add(2, { shop: 'a' })
    counter.add(3, { shop: 'a' })
    counter.add(7, { shop: 'b' })
    meter.createUpDownCounter('open').add(-4)
    meter.createGauge('temperature', { unit: 'Cel' }).record(36.6)
    const latency = meter.createHistogram('latency', { unit: 'ms' })
    for (const value of [5, 50, 500]) latency.record(value, { route: '/' })
    const size = meter.createHistogram('size')
    for (const value of [1, 2, 1000]) size.record(value)
    await provider.shutdown()

    const latest = (name: string, attribute?: Record<string, string>) =>
      receiver.store.metrics({ name, service: 'shop', ...(attribute && { attribute }) })[0]?.latest
    expect(latest('orders', { shop: 'a' })).toMatchObject({
      type: 'sum',
      value: 5,
      isMonotonic: true,
      aggregationTemporality: 2,
      unit: '{order}',
      description: 'Orders taken',
      scope: { name: 'shop-meter', version: '4.5.6' },
    })
    expect(latest('orders', { shop: 'b' })).toMatchObject({ value: 7 })
    expect(latest('open')).toMatchObject({ type: 'sum', value: -4, isMonotonic: false })
    expect(latest('temperature')).toMatchObject({ type: 'gauge', value: 36.6, unit: 'Cel' })
    expect(latest('latency')).toMatchObject({
      type: 'histogram',
      count: 3,
      sum: 555,
      min: 5,
      max: 500,
      explicitBounds: [10, 100],
      bucketCounts: [1, 1, 1],
      attributes: { route: '/' },
    })
    expect(latest('size')).toMatchObject({ type: 'exponentialHistogram', count: 3, sum: 1003, min: 1, max: 1000 })
    expectTaken(receiver, 'metrics', combination.transport, 6)
  })

  test('logs arrive with severity, body, attributes and the span they were written in', async () => {
    await using receiver = createReceiver()
    const exporter = new EXPORTERS[combination.transport].logs(await exporterOptions(receiver, 'logs', combination))
    const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor({ exporter })] })
    const logger = provider.getLogger('shop-logger', '7.8.9')
    const spanContext = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }
    logger.emit({
      severityNumber: 17,
      severityText: 'ERROR',
      body: 'Zahlung abgelehnt: 💳',
      attributes: { 'order.id': 42 },
      timestamp: new Date('2026-01-02T03:04:05.678Z'),
      context: trace.setSpanContext(context.active(), spanContext),
    })
    logger.emit({ severityNumber: 9, body: { message: 'structured', list: [1, 'two', true] } })
    await provider.shutdown()

    const [record] = receiver.store.logs({ severity: 'error' })
    expect(record).toMatchObject({
      severityNumber: 17,
      severityText: 'ERROR',
      body: 'Zahlung abgelehnt: 💳',
      traceId: spanContext.traceId,
      spanId: spanContext.spanId,
      timeUnixNano: 1767323045678000000n,
      service: 'shop',
      scope: { name: 'shop-logger', version: '7.8.9' },
      attributes: { 'order.id': 42 },
    })
    expect(receiver.store.logs({ traceId: spanContext.traceId })).toEqual([record])
    expect(receiver.store.logs({ body: 'structured' })).toMatchObject([
      { severityNumber: 9, body: { message: 'structured', list: [1, 'two', true] } },
    ])
    expectTaken(receiver, 'logs', combination.transport, 2)
  })
})

type Signal = 'traces' | 'metrics' | 'logs'
type Combination = (typeof combinations)[number]

async function exporterOptions(receiver: Receiver, signal: Signal, { transport, compression }: Combination) {
  const { endpoint, grpcEndpoint } = await receiver.start()
  const url = transport === 'grpc' ? grpcEndpoint : `${endpoint}/v1/${signal}`
  // The enum of the exporters is spelled with these texts.
  return { url, compression: compression as never }
}

function expectTaken(receiver: Receiver, signal: Signal, transport: Transport, items: number): void {
  const { byTransport, protocolErrors } = receiver.counts
  expect(byTransport[transport][signal]).toEqual({ requests: 1, items, rejectedRequests: 0, rejectedItems: 0 })
  expect(Object.values(protocolErrors).every((count) => count === 0)).toBe(true)
}
