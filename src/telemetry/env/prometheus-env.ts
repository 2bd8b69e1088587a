import type { EnvReader } from '../../core/env-reader.ts'
import type { MetricReaderSettings } from './metrics-env.ts'
import type { ExporterKind } from './exporter-kind.ts'

const METRIC_NAMES = ['underscores', 'utf-8'] as const
/**
 * What names of metrics and attributes become at `/metrics`: `underscores` for every scraper, or as they are for those
 * that ask for UTF-8.
 */
export type MetricNames = (typeof METRIC_NAMES)[number]

export interface PrometheusSettings {
  /** Whether metrics can be pulled. */
  readonly isServed: boolean
  /** Why not, and what to do. Empty when they are. */
  readonly reason: string
  readonly names: MetricNames
}

export interface MetricsExporter {
  /** Where metrics are sent to. */
  readonly push: ExporterKind
  /** Whether `prometheus` is among the names. */
  readonly isPullAsked: boolean
}

const VARIABLE = 'OTEL_METRICS_EXPORTER'
const PUSHES: ReadonlySet<string> = new Set(['otlp', 'console'])

/**
 * Reads the list of exporters of metrics: one that sends, or `prometheus`, or both, or `none`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#exporter-selection
 */
export function readMetricsExporter(read: EnvReader): MetricsExporter {
  const text = read.text(VARIABLE)
  if (text === undefined) return { push: 'otlp', isPullAsked: false }
  const names = new Set(text.split(',').map((name) => name.trim()))
  names.delete('')
  const pushes = Array.from(names).filter((name) => PUSHES.has(name)) as ExporterKind[]
  const isPullAsked = names.has('prometheus')
  const known = pushes.length + Number(isPullAsked) + Number(names.has('none'))
  if (names.size === 0 || known < names.size) {
    read.problem(
      `${VARIABLE} is "${text}", expected otlp, console, none, prometheus, or a list such as otlp,prometheus`,
    )
  } else if (names.has('none') && names.size > 1) {
    read.problem(`${VARIABLE} is "${text}": "none" excludes everything else`)
  } else if (pushes.length > 1) {
    read.problem(`${VARIABLE} is "${text}": metrics are sent to one of ${pushes.join(' and ')}, not to both`)
  }
  return { push: pushes[0] ?? 'none', isPullAsked }
}

/**
 * Metrics are served when they are asked for, and also when that costs nothing: what is sent cumulatively, in histograms
 * with fixed boundaries, is in memory in the very form that Prometheus wants. Otherwise everything would have to be kept
 * twice for somebody who may never come.
 */
export function readPrometheus(
  read: EnvReader,
  { push, isPullAsked }: MetricsExporter,
  { temporality, histogram }: MetricReaderSettings,
): PrometheusSettings {
  const names = read.oneOf('SEAWORTHY_METRICS_NAMES', METRIC_NAMES) ?? 'underscores'
  const isFree = temporality === 'cumulative' && histogram === 'explicit_bucket_histogram'
  if (isPullAsked || (push !== 'none' && isFree)) return { isServed: true, reason: '', names }
  const reason =
    push === 'none'
      ? `No metrics are recorded: ${VARIABLE} is "none". Set it to "prometheus" to serve them here.`
      : `Metrics are kept for OTLP in a form of its own (temporality or histograms). Set ${VARIABLE} to "${push},prometheus" to serve them here as well.`
  return { isServed: false, reason, names }
}
