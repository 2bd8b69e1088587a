import { nearestName } from '../core/nearest-name.ts'

const OTLP = ['', 'TRACES_', 'METRICS_', 'LOGS_'].flatMap((signal) =>
  [
    'CERTIFICATE',
    'CLIENT_CERTIFICATE',
    'CLIENT_KEY',
    'COMPRESSION',
    'ENDPOINT',
    'HEADERS',
    'INSECURE',
    'PROTOCOL',
    'TIMEOUT',
  ].map((option) => `OTEL_EXPORTER_OTLP_${signal}${option}`),
)

const BATCHES = ['OTEL_BSP_', 'OTEL_BLRP_'].flatMap((processor) =>
  ['EXPORT_TIMEOUT', 'MAX_EXPORT_BATCH_SIZE', 'MAX_QUEUE_SIZE', 'SCHEDULE_DELAY'].map((option) => processor + option),
)

/**
 * The variables of the OpenTelemetry specification and those of its JavaScript packages. Only to recognise slips of the
 * pen: that a name is here doesn't mean that it has an effect.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export const OTEL_VARIABLES: ReadonlySet<string> = new Set([
  ...OTLP,
  ...BATCHES,
  'OTEL_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_CONFIG_FILE',
  'OTEL_ENTITIES',
  'OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_EXPERIMENTAL_CONFIG_FILE',
  'OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION',
  'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE',
  'OTEL_EXPORTER_PROMETHEUS_HOST',
  'OTEL_EXPORTER_PROMETHEUS_PORT',
  'OTEL_EXPORTER_ZIPKIN_ENDPOINT',
  'OTEL_EXPORTER_ZIPKIN_TIMEOUT',
  'OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS',
  'OTEL_LINK_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_LOGS_EXPORTER',
  'OTEL_LOG_LEVEL',
  'OTEL_METRICS_EXEMPLAR_FILTER',
  'OTEL_METRICS_EXPORTER',
  'OTEL_METRIC_EXPORT_INTERVAL',
  'OTEL_METRIC_EXPORT_TIMEOUT',
  'OTEL_NODE_DISABLED_INSTRUMENTATIONS',
  'OTEL_NODE_ENABLED_INSTRUMENTATIONS',
  'OTEL_NODE_EXPERIMENTAL_SDK_METRICS',
  'OTEL_NODE_RESOURCE_DETECTORS',
  'OTEL_PROPAGATORS',
  'OTEL_RESOURCE_ATTRIBUTES',
  'OTEL_SDK_DISABLED',
  'OTEL_SEMCONV_STABILITY_OPT_IN',
  'OTEL_SERVICE_NAME',
  'OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT',
  'OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT',
  'OTEL_SPAN_EVENT_COUNT_LIMIT',
  'OTEL_SPAN_LINK_COUNT_LIMIT',
  'OTEL_TRACES_EXPORTER',
  'OTEL_TRACES_SAMPLER',
  'OTEL_TRACES_SAMPLER_ARG',
])

/** One wrong, missing, additional or swapped letter each. */
const MAX_SLIPS = 2

/**
 * The standard variable that `name` was probably meant to be: a few letters or underscores off, or its words in another
 * order. `undefined` for a standard name, and for one that is merely unknown, as those of other languages are.
 */
export function intendedOtelVariable(name: string): string | undefined {
  if (!name.startsWith('OTEL_') || OTEL_VARIABLES.has(name)) return undefined
  const known = [...OTEL_VARIABLES]
  return known.find((other) => sortedWords(other) === sortedWords(name)) ?? nearestName(name, known, MAX_SLIPS)
}

function sortedWords(name: string): string {
  return name.split('_').sort().join('_')
}
