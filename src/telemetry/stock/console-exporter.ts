import type { ReadWriteLogRecord } from '@opentelemetry/sdk-logs'
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import type { Signal } from '../../otlp/model.ts'
import type { OpenExporter } from './load-exporter.ts'

const NANOSECONDS_PER_SECOND = 1_000_000_000n

/** Writes each item as a line of JSON to standard error: standard output belongs to the service's own log. */
export function openConsoleExporter<P>(signal: Signal): OpenExporter<P> {
  return {
    send(payload, done) {
      const lines = describe(signal, payload).map((item) => JSON.stringify({ signal, ...item }))
      process.stderr.write(`${lines.join('\n')}\n`)
      done({ kind: 'delivered' })
    },
    close: async () => {},
  }
}

function describe(signal: Signal, payload: unknown): readonly object[] {
  switch (signal) {
    case 'traces':
      return (payload as readonly ReadableSpan[]).map(describeSpan)
    case 'logs':
      return (payload as readonly ReadWriteLogRecord[]).map(describeLogRecord)
    case 'metrics':
      return (payload as ResourceMetrics).scopeMetrics.flatMap((scope) =>
        scope.metrics.flatMap(({ descriptor, dataPoints }) =>
          dataPoints.map((point) => ({ name: descriptor.name, unit: descriptor.unit, ...point })),
        ),
      )
  }
}

function describeSpan(span: ReadableSpan): object {
  const { traceId, spanId } = span.spanContext()
  return {
    traceId,
    spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    name: span.name,
    startTimeUnixNano: toNanoseconds(span.startTime),
    endTimeUnixNano: toNanoseconds(span.endTime),
    status: span.status,
    attributes: span.attributes,
    events: span.events,
  }
}

function describeLogRecord(record: ReadWriteLogRecord): object {
  return {
    timeUnixNano: toNanoseconds(record.hrTime),
    severityNumber: record.severityNumber,
    severityText: record.severityText,
    body: record.body,
    attributes: record.attributes,
    traceId: record.spanContext?.traceId,
    spanId: record.spanContext?.spanId,
  }
}

/** As text: a JSON number would round it. */
function toNanoseconds([seconds, nanoseconds]: readonly [number, number]): string {
  return String(BigInt(seconds) * NANOSECONDS_PER_SECOND + BigInt(nanoseconds))
}
