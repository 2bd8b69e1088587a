import { type CollectionResult, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { observeAccounts } from '../../../src/telemetry/pipeline/account-metrics.ts'
import { createDisk } from './kept-spool.ts'
import { setUp } from './outbox-fixture.ts'

class OwnReader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}
  protected override async onShutdown(): Promise<void> {}
}

/** `name{attributes}` with its value. */
function toTable({ resourceMetrics }: CollectionResult): Readonly<Record<string, unknown>> {
  const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }): [string, unknown] => {
        const { 'otel.component.name': _name, 'otel.component.type': type, ...rest } = attributes
        const shown = [...(type === undefined ? [] : [type]), ...Object.values(rest)]
        return [`${descriptor.name}{${shown.join(' ')}}`, value]
      }),
    ),
  )
  return Object.fromEntries(points)
}

test('the accounts are shown as metrics that balance, under the names of the conventions as well', async () => {
  const { clock, outbox, transport, add } = setUp({
    disk: createDisk(),
    limits: { askedQueueSize: 100, maxQueueSize: 100 },
  })
  const reader = new OwnReader()
  const provider = new MeterProvider({ readers: [reader] })
  const undo = observeAccounts({ meter: provider.getMeter('t'), source: outbox, exporters: { traces: 'otlp_grpc' } })
  transport.answer = (_body, index) =>
    index === 0
      ? { kind: 'delivered', rejectedCount: 2 }
      : index === 1
        ? { kind: 'refused', reason: '400' }
        : { kind: 'retry', reason: 'busy' }
  add('a', 10)
  await clock.advance(5000)
  add('b', 5)
  await clock.advance(5000)
  add('c', 7)
  await clock.advance(6000)
  add('d', 90)
  add('e', 90)

  const table = toTable(await reader.collect())
  expect(table).toEqual({
    'seaworthy.telemetry.created{traces}': 202,
    'seaworthy.telemetry.items{traces delivered}': 8,
    'seaworthy.telemetry.items{traces rejected}': 2,
    'seaworthy.telemetry.items{traces spooled}': 7,
    'seaworthy.telemetry.items{traces pending}': 90,
    'seaworthy.telemetry.items{traces dropped refused}': 5,
    'seaworthy.telemetry.items{traces dropped queue_full}': 90,
    'seaworthy.telemetry.memory.usage{}': 97 * 400,
    'seaworthy.telemetry.spool.usage{traces}': 7 * 400,
    'seaworthy.telemetry.age{traces}': 6,
    'otel.sdk.processor.span.processed{seaworthy_span_outbox}': 15,
    'otel.sdk.processor.span.processed{seaworthy_span_outbox queue_full}': 90,
    'otel.sdk.processor.span.queue.size{seaworthy_span_outbox}': 97,
    'otel.sdk.exporter.span.exported{otlp_grpc_span_exporter}': 8,
    'otel.sdk.exporter.span.exported{otlp_grpc_span_exporter rejected}': 2,
    'otel.sdk.exporter.span.exported{otlp_grpc_span_exporter refused}': 5,
    'otel.sdk.exporter.span.inflight{otlp_grpc_span_exporter}': 0,
  })
  const items = Object.entries(table).filter(([name]) => name.startsWith('seaworthy.telemetry.items'))
  expect(items.reduce((sum, [, value]) => sum + Number(value), 0)).toBe(table['seaworthy.telemetry.created{traces}'])

  undo()
  outbox.ledger('traces').create(1)
  expect(toTable(await reader.collect())['seaworthy.telemetry.created{traces}']).toBe(202)
})

test('data points have an exporter and no processor', async () => {
  const { clock, outbox, add } = setUp({ signal: 'metrics', limits: { scheduleDelayMs: 0 } })
  const reader = new OwnReader()
  const provider = new MeterProvider({ readers: [reader] })
  observeAccounts({ meter: provider.getMeter('t'), source: outbox, exporters: { metrics: 'otlp_http' } })
  add('a', 3)
  await clock.advance(0)
  const table = toTable(await reader.collect())
  expect(table).toMatchObject({ 'otel.sdk.exporter.metric_data_point.exported{otlp_http_metric_exporter}': 3 })
  expect(Object.keys(table).filter((name) => name.includes('processor'))).toEqual([])
})
