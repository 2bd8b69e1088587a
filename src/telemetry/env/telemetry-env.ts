import { type Environment, EnvReader } from '../../core/env-reader.ts'
import type { Signal } from '../../otlp/model.ts'
import type { BatchLimits } from '../pipeline/batch-limits.ts'
import { readBatchLimits } from './batch-env.ts'
import type { ExporterKind } from './exporter-kind.ts'
import { type InstrumentationSwitches, readInstrumentationSwitches } from './instrumentations-env.ts'
import { parseKeyValueList } from './key-value-list.ts'
import { type AttributeLimits, readLogRecordLimits, readSpanLimits, type SpanLimits } from './limits-env.ts'
import { type MetricReaderSettings, readMetricReader } from './metrics-env.ts'
import { type PrometheusSettings, readMetricsExporter, readPrometheus } from './prometheus-env.ts'
import { type OtlpSettings, readOtlpSettings } from './otlp-env.ts'
import { type PropagatorName, readPropagators } from './propagators-env.ts'
import { readSampler, type SamplerSettings } from './sampler-env.ts'
import { readSpoolSettings, type SpoolChoice, type SpoolSettings } from '../spool/spool-settings.ts'
import { describeUnsupported } from './unsupported-variables.ts'

export interface SignalSettings {
  readonly exporter: ExporterKind
  readonly otlp: OtlpSettings
}

/** All of the standard environment variables, read and checked. */
export interface TelemetrySettings {
  /** `OTEL_SDK_DISABLED`: context still travels through the service, nothing is recorded or sent. */
  readonly disabled: boolean
  readonly serviceName: string | undefined
  readonly resourceAttributes: Readonly<Record<string, string>>
  readonly propagators: readonly PropagatorName[]
  readonly sampler: SamplerSettings
  /** Whether `OTEL_TRACES_SAMPLER` is set, and so wins over a plan of the code. */
  readonly isSamplerSet: boolean
  readonly signals: Readonly<Record<Signal, SignalSettings>>
  readonly spanBatches: BatchLimits
  readonly logBatches: BatchLimits
  readonly metricReader: MetricReaderSettings
  /** Whether and how metrics can be pulled. */
  readonly prometheus: PrometheusSettings
  readonly spanLimits: SpanLimits
  readonly logRecordLimits: AttributeLimits
  /** `undefined` where nothing is to be kept on disk. */
  readonly spool: SpoolSettings | undefined
  /** Names of HTTP methods that are told apart. `undefined` means the well-known ones. */
  readonly knownHttpMethods: readonly string[] | undefined
  /** What is observed, by the names of published instrumentations. */
  readonly instrumentations: InstrumentationSwitches
  /** Said once, at the start. */
  readonly warnings: readonly string[]
}

const SPAN_DELAY_MS = 5000
const LOG_DELAY_MS = 1000

/** What the code has said that variables win over. */
export interface SaidByCode {
  readonly spool?: SpoolChoice | false | undefined
}

/**
 * Reads every standard variable.
 *
 * @throws {@link SeaworthyError} `SEA_ENV_INVALID` with every problem
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTelemetryEnv(env: Environment, fromCode: SaidByCode = {}): TelemetrySettings {
  const read = new EnvReader(env)
  const warnings: string[] = []
  const warn = (text: string): void => void warnings.push(text)
  const metricsExporter = readMetricsExporter(read)
  const metricReader = readMetricReader(read)
  const settings: TelemetrySettings = {
    disabled: read.boolean('OTEL_SDK_DISABLED') ?? false,
    serviceName: read.text('OTEL_SERVICE_NAME'),
    resourceAttributes: readResourceAttributes(read),
    propagators: readPropagators(read),
    sampler: readSampler(read, warn),
    isSamplerSet: read.text('OTEL_TRACES_SAMPLER') !== undefined,
    signals: {
      traces: readSignal(read, 'traces', warn),
      metrics: { exporter: metricsExporter.push, otlp: readOtlpSettings(read, 'metrics', warn) },
      logs: readSignal(read, 'logs', warn),
    },
    spanBatches: readBatchLimits(read, 'OTEL_BSP', SPAN_DELAY_MS),
    logBatches: readBatchLimits(read, 'OTEL_BLRP', LOG_DELAY_MS),
    metricReader,
    prometheus: readPrometheus(read, metricsExporter, metricReader),
    spanLimits: readSpanLimits(read),
    logRecordLimits: readLogRecordLimits(read),
    spool: readSpoolSettings(read, fromCode.spool),
    knownHttpMethods: readKnownMethods(read),
    instrumentations: readInstrumentationSwitches(read, warn),
    warnings,
  }
  read.done()
  warnings.push(...describeUnsupported(env))
  return { ...settings, warnings: [...new Set(warnings)] }
}

function readSignal(read: EnvReader, signal: 'traces' | 'logs', warn: (text: string) => void): SignalSettings {
  return {
    exporter: read.oneOf(`OTEL_${signal.toUpperCase()}_EXPORTER`, ['otlp', 'console', 'none']) ?? 'otlp',
    otlp: readOtlpSettings(read, signal, warn),
  }
}

function readResourceAttributes(read: EnvReader): Readonly<Record<string, string>> {
  const list = parseKeyValueList(read.text('OTEL_RESOURCE_ATTRIBUTES') ?? '')
  if (list.problem !== undefined) read.problem(`OTEL_RESOURCE_ATTRIBUTES: ${list.problem}`)
  return Object.fromEntries(list.entries)
}

function readKnownMethods(read: EnvReader): readonly string[] | undefined {
  return read
    .text('OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS')
    ?.split(',')
    .map((method) => method.trim())
    .filter((method) => method !== '')
}
