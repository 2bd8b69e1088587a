import type { EnvReader } from '../../core/env-reader.ts'
import { durationMs } from './duration-env.ts'

export const TEMPORALITY_PREFERENCES = ['cumulative', 'delta', 'lowmemory'] as const
export type TemporalityPreference = (typeof TEMPORALITY_PREFERENCES)[number]

const EXEMPLAR_FILTERS = ['trace_based', 'always_on', 'always_off'] as const
/** Which measurements may become exemplars: those made in a sampled span, all, none. */
export type ExemplarFilter = (typeof EXEMPLAR_FILTERS)[number]

export interface MetricReaderSettings {
  readonly intervalMs: number
  /** When one export counts as failed. */
  readonly timeoutMs: number
  readonly temporality: TemporalityPreference
  readonly histogram: 'explicit_bucket_histogram' | 'base2_exponential_bucket_histogram'
  readonly exemplarFilter: ExemplarFilter
}

const INTERVAL_MS = 60_000
const TIMEOUT_MS = 30_000
const TEMPORALITY = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'

/** @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#periodic-exporting-metricreader */
export function readMetricReader(read: EnvReader): MetricReaderSettings {
  const temporality = read.text(TEMPORALITY)?.toLowerCase()
  const known = TEMPORALITY_PREFERENCES.find((choice) => choice === temporality)
  if (temporality !== undefined && known === undefined) {
    read.problem(`${TEMPORALITY} is "${temporality}", expected one of ${TEMPORALITY_PREFERENCES.join(', ')}`)
  }
  const range = { min: 1, max: 86_400_000 }
  return {
    intervalMs: durationMs(read, 'OTEL_METRIC_EXPORT_INTERVAL', { ...range, fallback: INTERVAL_MS }),
    timeoutMs: durationMs(read, 'OTEL_METRIC_EXPORT_TIMEOUT', { ...range, fallback: TIMEOUT_MS }),
    temporality: known ?? 'cumulative',
    histogram:
      read.oneOf('OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION', [
        'explicit_bucket_histogram',
        'base2_exponential_bucket_histogram',
      ]) ?? 'explicit_bucket_histogram',
    exemplarFilter: read.oneOf('OTEL_METRICS_EXEMPLAR_FILTER', EXEMPLAR_FILTERS) ?? 'trace_based',
  }
}
