import type { TemporalityPreference } from '../env/metrics-env.ts'
import type { InstrumentType } from './instrument-descriptor.ts'

/** What a reader wants of every instrument. */
export interface ReaderProfile {
  readonly temporality: TemporalityPreference
  /** What becomes of a histogram of which no view says otherwise. */
  readonly histogram: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram'
  /**
   * Which exemplars: what was measured since its own latest collection, or the latest ones however often they were
   * reported, for readers of which there may be several behind one (two Prometheus servers).
   */
  readonly exemplars: 'new' | 'latest'
}

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/otlp/#additional-environment-variable-configuration */
export function isDelta(preference: TemporalityPreference, type: InstrumentType): boolean {
  if (preference === 'cumulative' || type === 'up_down_counter' || type === 'observable_up_down_counter') return false
  return preference === 'delta' || type !== 'observable_counter'
}
