import type { Context, Counter, Histogram, MetricAttributes } from '@opentelemetry/api'
import { type BoundCounter, type BoundRecorder, CounterInstrument, RecorderInstrument } from './sync-instruments.ts'

/** A counter for one set of attributes; of a provider that isn't ours, it hands the attributes over each time. */
export function bindCounter(counter: Counter, attributes: MetricAttributes): BoundCounter {
  if (counter instanceof CounterInstrument) return counter.bind(attributes)
  return { add: (value: number, context?: Context) => counter.add(value, attributes, context) }
}

/** A histogram for one set of attributes; of a provider that isn't ours, it hands the attributes over each time. */
export function bindHistogram(histogram: Histogram, attributes: MetricAttributes): BoundRecorder {
  if (histogram instanceof RecorderInstrument) return histogram.bind(attributes)
  return { record: (value: number, context?: Context) => histogram.record(value, attributes, context) }
}
