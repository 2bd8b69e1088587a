import { type Span, trace } from '@opentelemetry/api'
import { tracingChannel } from 'node:diagnostics_channel'
import type { StoredMetricPoint, StoredSpan } from '../../../../src/store/stored-item.ts'
import type { StartedTelemetry } from '../../telemetry-fixture.ts'

/** Does something below a span `request`, which has ended afterwards. */
export function inRequest<T>(work: (span: Span) => Promise<T>): Promise<T> {
  return trace.getTracer('program').startActiveSpan('request', async (span) => {
    try {
      return await work(span)
    } finally {
      span.end()
    }
  })
}

/** A call as a library publishes it, whose promise settles when `work` does. */
export function publishCall<T>(channel: string, message: object, work: () => Promise<T>): Promise<T> {
  return tracingChannel(channel).tracePromise(work, message)
}

/** What a span of a database client says, in short. */
export function briefly({ name, kind, attributes, status, events }: StoredSpan): object {
  return { name, kind, attributes, status: status.code, events: events.length }
}

/** The series of the metric of database clients, with how many measurements each has. */
export function durations({ receiver }: StartedTelemetry): [object, number][] {
  const latest = new Map<string, StoredMetricPoint>()
  for (const { latest: point } of receiver.store.metrics({ name: 'db.client.operation.duration' })) {
    latest.set(JSON.stringify(point.attributes), point)
  }
  return Array.from(latest.values(), (point) => [point.attributes, point.type === 'histogram' ? point.count : -1])
}

/** Everything that has arrived, as text: to look for what must not be there. */
export function everythingIn({ receiver }: StartedTelemetry): string {
  const all = [receiver.store.spans(), receiver.store.metrics({}).map(({ latest }) => latest), receiver.store.logs()]
  return JSON.stringify(all, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}
