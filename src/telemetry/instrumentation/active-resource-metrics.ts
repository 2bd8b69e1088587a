import type { Meter } from '@opentelemetry/api'
import type { RuntimePart } from './runtime-part.ts'

/**
 * What keeps the event loop alive, by kind: sockets, timers, files being read.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/v8js-metrics/
 */
export function observeActiveResources(meter: Meter): RuntimePart {
  const active = meter.createObservableGauge('v8js.resource.active', {
    unit: '{resource}',
    description: 'Gauge of the active resources that are currently keeping the event loop alive.',
  })
  return {
    instruments: [active],
    observe(result) {
      const counts = new Map<string, number>()
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1)
      for (const [type, count] of counts) result.observe(active, count, { 'v8js.resource.type': type })
    },
  }
}
