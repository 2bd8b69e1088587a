import { intendedOtelVariable } from '../../config/otel-variables.ts'
import type { Environment } from '../../core/env-reader.ts'

const OTLP_SUFFIXES = [
  'ENDPOINT',
  'PROTOCOL',
  'HEADERS',
  'TIMEOUT',
  'COMPRESSION',
  'CERTIFICATE',
  'CLIENT_CERTIFICATE',
  'CLIENT_KEY',
  'INSECURE',
]

const BATCH_SUFFIXES = ['SCHEDULE_DELAY', 'EXPORT_TIMEOUT', 'MAX_QUEUE_SIZE', 'MAX_EXPORT_BATCH_SIZE']

/** Every `OTEL_*` variable that is read here. */
export const SUPPORTED_VARIABLES: ReadonlySet<string> = new Set([
  'OTEL_SDK_DISABLED',
  'OTEL_SERVICE_NAME',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
  'OTEL_LOGS_EXPORTER',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
  'OTEL_PROPAGATORS',
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_METRIC_EXPORT_TIMEOUT',
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  'OTEL_METRICS_EXEMPLAR_FILTER',
  'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
  'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
  'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
  'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
  ...['', 'TRACES_', 'METRICS_', 'LOGS_'].flatMap((signal) =>
    OTLP_SUFFIXES.map((suffix) => `OTEL_EXPORTER_OTLP_${signal}${suffix}`),
  ),
  ...['OTEL_BSP', 'OTEL_BLRP'].flatMap((prefix) => BATCH_SUFFIXES.map((suffix) => `${prefix}_${suffix}`)),
])

/** Values that ask for what is done anyway, so that a warning would only puzzle. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  OTEL_SEMCONV_STABILITY_OPT_IN: ['http', 'database', 'http,database', 'database,http'],
  OTEL_NODE_RESOURCE_DETECTORS: ['all'],
}

/** What does here what a variable does elsewhere. */
const INSTEAD: Readonly<Record<string, string>> = {
  OTEL_EXPORTER_PROMETHEUS_HOST: '/metrics is served on the admin port; set admin.host in code.',
  OTEL_EXPORTER_PROMETHEUS_PORT: '/metrics is served on the admin port; set SEAWORTHY_ADMIN_PORT.',
}

/** A line for each `OTEL_*` variable that is set and has no effect: standard but not supported, or misspelt. */
export function describeUnsupported(env: Environment): readonly string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('OTEL_') && !SUPPORTED_VARIABLES.has(name))
    .filter((name) => {
      const value = env[name]?.trim() ?? ''
      return value !== '' && HARMLESS[name]?.includes(value) !== true
    })
    .sort()
    .map((name) => {
      const intended = intendedOtelVariable(name)
      return intended === undefined
        ? `${name} is set and has no effect here. ${INSTEAD[name] ?? ''}`.trim()
        : `${name} is no variable of OpenTelemetry and has no effect. Did you mean "${intended}"?`
    })
}
