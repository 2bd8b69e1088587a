import { type Meter, ROOT_CONTEXT } from '@opentelemetry/api'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { bindHistogram } from '../metrics/bind.ts'
import type { BoundRecorder } from '../metrics/sync-instruments.ts'

const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const SECONDS_PER_MILLISECOND = 1e-3

const TYPES: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
}

/**
 * How long each garbage collection stopped the process.
 *
 * @returns takes it back
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/v8js-metrics/#metric-v8jsgcduration
 */
export function observeGarbageCollection(meter: Meter): () => void {
  const duration = meter.createHistogram('v8js.gc.duration', {
    unit: 's',
    description: 'Garbage collection duration.',
    advice: { explicitBucketBoundaries: BUCKETS_S },
  })
  const recorders = new Map<number, BoundRecorder>(
    Object.entries(TYPES).map(([kind, type]) => [Number(kind), bindHistogram(duration, { 'v8js.gc.type': type })]),
  )
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as unknown as { readonly detail?: { readonly kind?: number } }
      // Of no request, whichever one it was that allocated.
      recorders.get(detail?.kind ?? 0)?.record(entry.duration * SECONDS_PER_MILLISECOND, ROOT_CONTEXT)
    }
  })
  observer.observe({ entryTypes: ['gc'] })
  return () => observer.disconnect()
}
