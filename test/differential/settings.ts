import type { Program } from './set-ups.ts'

/** Variables of the environment that change what an SDK does. */
export interface Setting {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  /** What of it is compared, where the rest depends on chance. @default everything */
  readonly only?: RegExp
}

/** What is run with each of them. */
export const SETTINGS_PROGRAM: Program = {
  name: 'settings',
  file: new URL('programs/settings.mjs', import.meta.url),
  instrumentations: [],
  setUps: ['engine'],
}

/** Several at once, where they have nothing to do with each other: each is two processes. */
export const SETTINGS: readonly Setting[] = [
  { name: 'nothing', env: { OTEL_SDK_DISABLED: '', OTEL_TRACES_SAMPLER: '' } },
  {
    name: 'gRPC, escapes, small batches, delta',
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_SERVICE_NAME: 'from name',
      OTEL_RESOURCE_ATTRIBUTES:
        'service.name=from%20attributes,service.version=1.2.3,a=1%2C2%3D3, spaced = x ,utf8=%C3%BC,empty=',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      OTEL_BSP_MAX_QUEUE_SIZE: '50',
      OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '1',
      OTEL_BLRP_MAX_QUEUE_SIZE: '50',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    },
  },
  {
    name: 'limits of each kind, low memory, b3, no exemplars',
    env: {
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '3',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '5',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '2',
      OTEL_SPAN_LINK_COUNT_LIMIT: '3',
      OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT: '2',
      OTEL_LINK_ATTRIBUTE_COUNT_LIMIT: '1',
      OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT: '6',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '4',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory',
      OTEL_PROPAGATORS: 'b3',
      OTEL_METRICS_EXEMPLAR_FILTER: 'always_off',
    },
  },
  {
    name: 'general limits, exponential histograms, b3multi, all exemplars',
    env: {
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '5',
      OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
      OTEL_PROPAGATORS: 'b3multi,baggage',
      OTEL_METRICS_EXEMPLAR_FILTER: 'always_on',
    },
  },
  {
    name: 'special limits before general ones, always_on, all propagators',
    env: {
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '4',
      OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '7',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '5',
      OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '2',
      OTEL_TRACES_SAMPLER: 'always_on',
      OTEL_PROPAGATORS: 'tracecontext,baggage,b3,b3multi',
      OTEL_RESOURCE_ATTRIBUTES: 'other=1,equals=a=b',
    },
  },
  {
    name: 'limits of nothing, no propagators, JSON',
    env: {
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_SPAN_EVENT_COUNT_LIMIT: '0',
      OTEL_SPAN_LINK_COUNT_LIMIT: '0',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '0',
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      OTEL_PROPAGATORS: 'none',
    },
  },
  { name: 'always_off', env: { OTEL_TRACES_SAMPLER: 'always_off' } },
  { name: 'parentbased_always_off', env: { OTEL_TRACES_SAMPLER: 'parentbased_always_off' } },
  // Of one half, which spans are sampled is by chance, and how many is not.
  ...['traceidratio', 'parentbased_traceidratio'].map((sampler) => ({
    name: `${sampler} 0.5`,
    env: { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: '0.5' },
    only: /^program$/,
  })),
  { name: 'traceidratio without its argument', env: { OTEL_TRACES_SAMPLER: 'traceidratio' } },
  {
    name: 'parentbased_traceidratio 0',
    env: { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
  },
  { name: 'disabled', env: { OTEL_SDK_DISABLED: 'true' } },
  { name: 'no traces', env: { OTEL_TRACES_EXPORTER: 'none' } },
  { name: 'no metrics and no logs', env: { OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' } },
  {
    name: 'the console',
    env: { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console', OTEL_LOGS_EXPORTER: 'console' },
  },
]
