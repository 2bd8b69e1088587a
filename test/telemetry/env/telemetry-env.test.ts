import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Environment } from '../../../src/core/env-reader.ts'
import { isSeaworthyError } from '../../../src/core/seaworthy-error.ts'
import { selfSignedCertificate } from '../../server/self-signed-certificate.ts'
import { readTelemetryEnv } from '../../../src/telemetry/env/telemetry-env.ts'

function refusalOf(env: Environment): string {
  try {
    readTelemetryEnv(env)
  } catch (error) {
    if (isSeaworthyError(error, 'SEA_ENV_INVALID')) return error.message
    throw error
  }
  return 'accepted'
}

const tracesOf = (env: Environment) => readTelemetryEnv(env).signals.traces.otlp

test('without any variable: everything on, over HTTP to the address of the specification', () => {
  const settings = readTelemetryEnv({})

  expect(settings.disabled).toBe(false)
  expect(settings.sampler).toEqual({ root: 'always_on', ratio: 1, isParentBased: true })
  expect(settings.propagators).toEqual(['tracecontext', 'baggage'])
  expect(settings.warnings).toEqual([])
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    expect(settings.signals[signal]).toMatchObject({
      exporter: 'otlp',
      otlp: {
        protocol: 'http/protobuf',
        url: `http://localhost:4318/v1/${signal}`,
        isDefault: true,
        timeoutMs: 10_000,
        compression: 'none',
      },
    })
  }
})

test('the general endpoint gets the path of each signal, the own endpoint of a signal is taken as it is', () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example/otlp/',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://logs.example:9000/in',
  }
  const { signals } = readTelemetryEnv(env)

  expect(signals.traces.otlp.url).toBe('https://collector.example/otlp/v1/traces')
  expect(signals.metrics.otlp.url).toBe('https://collector.example/otlp/v1/metrics')
  expect(signals.logs.otlp.url).toBe('http://logs.example:9000/in')
})

test('an own endpoint without a path, which collectors answer with 404, is said to be one', () => {
  expect(readTelemetryEnv({ OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://collector:4318' }).warnings).toEqual([
    'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT has no path and is called as it is; collectors take logs at /v1/logs',
  ])
})

test('a protocol that does not exist is refused once, with the choices', () => {
  expect(refusalOf({ OTEL_EXPORTER_OTLP_PROTOCOL: 'nonsense' })).toBe(
    'The environment is not valid:\n' +
      '  - OTEL_EXPORTER_OTLP_PROTOCOL is "nonsense", expected one of http/protobuf, grpc, http/json',
  )
})

test('http/json goes to the address of HTTP', () => {
  const env = { OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }
  expect(tracesOf(env)).toMatchObject({ protocol: 'http/json', url: 'http://collector:4318/v1/traces' })
})

test.for(['nonsense', 'ftp://collector', 'http://', 'http://:80'])(
  'the endpoint "%s" is refused over HTTP',
  (endpoint) => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }
    expect(refusalOf(env)).toContain('OTEL_EXPORTER_OTLP_ENDPOINT is not a URL such as http://collector:4318')
  },
)

test.for(['nonsense', 'collector', 'collector:', '4317', 'collector:port', 'unix:///run/x'])(
  'the endpoint "%s" is refused, whatever the protocol',
  (endpoint) => {
    const named = 'OTEL_EXPORTER_OTLP_ENDPOINT is n'
    expect(refusalOf({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })).toContain(named)
    expect(refusalOf({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toContain(named)
  },
)

test('a target without a scheme means gRPC, with TLS as the specification has it, and a warning', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }

  expect(tracesOf(env)).toMatchObject({ protocol: 'grpc', url: 'https://collector:4317', isDefault: false })
  expect(readTelemetryEnv(env).warnings).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPOINT has no scheme, so it is called by gRPC and with TLS; ' +
      'set OTEL_EXPORTER_OTLP_INSECURE=true for gRPC in plain text, or write a URL such as http://collector:4318 for HTTP',
  ])
  // Whoever chose gRPC needs to hear of TLS only.
  expect(readTelemetryEnv({ ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).warnings).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPOINT has no scheme, so it is called with TLS as the specification asks; ' +
      'write http:// before it for plain text, https:// for TLS',
  ])
})

test.for([{}, { OTEL_EXPORTER_OTLP_INSECURE: 'true' }])(
  'a target without a scheme at the port of HTTP is refused, not called by gRPC, and the fix is named: %j',
  (others) => {
    for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT']) {
      expect(() => readTelemetryEnv({ ...others, [name]: 'localhost:4318' })).toThrow(
        `${name} is "localhost:4318": without a scheme that means gRPC, and 4318 is the port of HTTP. ` +
          'Write http://localhost:4318, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc',
      )
    }
  },
)

test('gRPC at the port of HTTP can be had by asking for it', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
  expect(tracesOf(env).url).toBe('https://localhost:4318')
  expect(tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:43180' }).url).toBe('https://localhost:43180')
})

test('OTEL_EXPORTER_OTLP_INSECURE decides for a target without a scheme, and only for that', () => {
  const insecure = { OTEL_EXPORTER_OTLP_INSECURE: 'true', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }

  expect(tracesOf({ ...insecure, OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }).url).toBe('http://collector:4317')
  const contradiction = { ...insecure, OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4317' }
  expect(tracesOf(contradiction).url).toBe('https://collector:4317')
  expect(readTelemetryEnv(contradiction).warnings).toEqual([
    'OTEL_EXPORTER_OTLP_INSECURE is ignored: the scheme of OTEL_EXPORTER_OTLP_ENDPOINT says otherwise, and it wins',
  ])
})

test('a path means nothing to gRPC and is said to', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317/v1/traces', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
  expect(tracesOf(env).url).toBe('http://collector:4317')
  expect(readTelemetryEnv(env).warnings).toEqual(['the path of OTEL_EXPORTER_OTLP_ENDPOINT is ignored: gRPC has none'])
})

test('credentials in an endpoint are used and not shown', () => {
  const otlp = tracesOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:s3cr3t@collector:4318' })
  expect(otlp.url).toContain('s3cr3t')
  expect(otlp.label).toBe('http://collector:4318/v1/traces')
})

test('headers are decoded, those of a signal win, and names are not case-sensitive', () => {
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc==, x-tenant=a%2Cb;c',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'X-Tenant=other',
  }
  expect(tracesOf(env).headers).toEqual({ authorization: 'Bearer abc==', 'x-tenant': 'other' })
  expect(readTelemetryEnv(env).signals.logs.otlp.headers).toEqual({
    authorization: 'Bearer abc==',
    'x-tenant': 'a,b;c',
  })
})

test.for([
  ['s3cr3t', 'entry 1 is not of the form key=value'],
  ['a=b,=s3cr3t', 'entry 2 is not of the form key=value'],
  ['key=s3cr3t%zz', 'the value of "key" has a % that is not followed by two hexadecimal digits'],
  ['key=s3cr3t%0Ax', '"key" or its value is not valid in an HTTP header'],
  ['bad name=s3cr3t', '"bad name" or its value is not valid in an HTTP header'],
])('the header list "%s" is refused without telling a value', ([text = '', problem = '']) => {
  const refusal = refusalOf({ OTEL_EXPORTER_OTLP_HEADERS: text })
  expect(refusal).toContain(`OTEL_EXPORTER_OTLP_HEADERS: ${problem}`)
  expect(refusal).not.toContain('s3cr3t')
})

test('a broken list of resource attributes is refused', () => {
  expect(refusalOf({ OTEL_RESOURCE_ATTRIBUTES: 'a=b,nonsense' })).toContain(
    'OTEL_RESOURCE_ATTRIBUTES: entry 2 is not of the form key=value',
  )
  expect(
    readTelemetryEnv({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=pre%20prod,' }).resourceAttributes,
  ).toEqual({
    'deployment.environment.name': 'pre prod',
  })
})

test.for(['-0.1', '1.1', 'half'])('the sampling ratio %s is refused', (ratio) => {
  expect(refusalOf({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: ratio })).toContain(
    `OTEL_TRACES_SAMPLER_ARG is "${ratio}", expected a number from 0 to 1`,
  )
})

test('samplers that need another system are refused with the choices', () => {
  expect(refusalOf({ OTEL_TRACES_SAMPLER: 'jaeger_remote' })).toContain(
    'expected one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio',
  )
})

test('the argument of a sampler that takes none is ignored with a warning', () => {
  const env = { OTEL_TRACES_SAMPLER: 'always_on', OTEL_TRACES_SAMPLER_ARG: '0.5' }
  expect(readTelemetryEnv(env).warnings).toEqual([
    'OTEL_TRACES_SAMPLER_ARG is ignored: OTEL_TRACES_SAMPLER is not traceidratio or parentbased_traceidratio',
  ])
})

test('propagators can be chosen or switched off, and foreign formats are refused by name', () => {
  expect(readTelemetryEnv({ OTEL_PROPAGATORS: 'baggage' }).propagators).toEqual(['baggage'])
  expect(readTelemetryEnv({ OTEL_PROPAGATORS: 'none' }).propagators).toEqual([])
  expect(readTelemetryEnv({ OTEL_PROPAGATORS: 'b3multi, b3,tracecontext,b3' }).propagators).toEqual([
    'b3multi',
    'b3',
    'tracecontext',
  ])
  expect(refusalOf({ OTEL_PROPAGATORS: 'tracecontext, jaeger' })).toContain(
    'OTEL_PROPAGATORS names "jaeger", expected a list of tracecontext, baggage, b3, b3multi, or none',
  )
  expect(refusalOf({ OTEL_PROPAGATORS: 'tracecontext,none' })).toContain('names "none"')
})

test('queue, batch, delay and time limit of spans and of log records', () => {
  const { spanBatches, logBatches } = readTelemetryEnv({
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_SCHEDULE_DELAY: '250',
    OTEL_BLRP_EXPORT_TIMEOUT: '7000',
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '64',
  })
  expect(spanBatches).toEqual({
    maxQueueSize: 100,
    maxBatchSize: 100,
    scheduleDelayMs: 250,
    exportTimeoutMs: 30_000,
    askedQueueSize: 100,
  })
  expect(logBatches).toEqual({
    maxQueueSize: 16_384,
    maxBatchSize: 64,
    scheduleDelayMs: 1000,
    exportTimeoutMs: 7000,
    askedBatchSize: 64,
  })
})

test('a batch that is larger than its queue is refused', () => {
  expect(refusalOf({ OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '11' })).toContain(
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE is 11, more than the 10 of OTEL_BSP_MAX_QUEUE_SIZE',
  )
})

test('interval, temporality, histograms and exemplars of metrics', () => {
  const { metricReader } = readTelemetryEnv({
    OTEL_METRIC_EXPORT_INTERVAL: '15000',
    OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'LowMemory',
    OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram',
    OTEL_METRICS_EXEMPLAR_FILTER: 'always_on',
  })
  expect(metricReader).toEqual({
    intervalMs: 15_000,
    timeoutMs: 30_000,
    temporality: 'lowmemory',
    histogram: 'base2_exponential_bucket_histogram',
    exemplarFilter: 'always_on',
  })
  expect(readTelemetryEnv({}).metricReader.exemplarFilter).toBe('trace_based')
  expect(refusalOf({ OTEL_METRICS_EXEMPLAR_FILTER: 'some' })).toContain('OTEL_METRICS_EXEMPLAR_FILTER')
  expect(refusalOf({ OTEL_METRIC_EXPORT_INTERVAL: '0' })).toContain(
    'OTEL_METRIC_EXPORT_INTERVAL is 0 ms, expected 1 to',
  )
  expect(refusalOf({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'gamma' })).toContain(
    'is "gamma", expected one of cumulative, delta, lowmemory',
  )
})

test('the limits of a signal win over the general ones', () => {
  const settings = readTelemetryEnv({
    OTEL_ATTRIBUTE_COUNT_LIMIT: '10',
    OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '20',
    OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
    OTEL_SPAN_EVENT_COUNT_LIMIT: '3',
  })
  expect(settings.spanLimits).toEqual({
    valueLength: 100,
    count: 20,
    eventCount: 3,
    linkCount: 128,
    countPerEvent: 128,
    countPerLink: 128,
  })
  expect(settings.logRecordLimits).toEqual({ valueLength: 100, count: 10 })
})

test('an exporter that is not offered is refused', () => {
  expect(refusalOf({ OTEL_TRACES_EXPORTER: 'zipkin' })).toContain(
    'OTEL_TRACES_EXPORTER is "zipkin", expected one of otlp, console, none',
  )
})

test('files of certificates are read, and one that is missing or half a pair is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'telemetry-env-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { cert } = selfSignedCertificate()
  const ca = join(folder, 'ca.pem')
  const broken = join(folder, 'broken.pem')
  writeFileSync(ca, cert)
  writeFileSync(broken, cert.slice(0, 100))

  expect(String(tracesOf({ OTEL_EXPORTER_OTLP_CERTIFICATE: ca }).tls.ca)).toBe(cert)
  expect(refusalOf({ OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: broken, OTEL_EXPORTER_OTLP_CLIENT_KEY: ca })).toContain(
    'TLS does not take what OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY hold (ERR_',
  )
  expect(refusalOf({ OTEL_EXPORTER_OTLP_CERTIFICATE: join(folder, 'none.pem') })).toContain(
    `OTEL_EXPORTER_OTLP_CERTIFICATE names ${join(folder, 'none.pem')}, which cannot be read (ENOENT)`,
  )
  expect(refusalOf({ OTEL_EXPORTER_OTLP_CLIENT_KEY: ca })).toContain(
    'OTEL_EXPORTER_OTLP_CLIENT_KEY is set without OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: a client needs both',
  )
})

test('a standard variable without effect and a misspelt one are named, those that are honoured are not', () => {
  const { warnings } = readTelemetryEnv({
    OTEL_LOG_LEVEL: 'debug',
    OTEL_SERVICE_NAM: 'orders',
    OTEL_SERVICE_NAME: 'orders',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_EMPTY: '',
  })
  expect(warnings).toEqual([
    'OTEL_LOG_LEVEL is set and has no effect here.',
    'OTEL_SERVICE_NAM is no variable of OpenTelemetry and has no effect. Did you mean "OTEL_SERVICE_NAME"?',
  ])
})

test('a near miss is told with what was meant, words in another order included, and a foreign name without', () => {
  const { warnings } = readTelemetryEnv({
    OTEL_EXPORTER_OTLP_ENDPONT: 'x',
    OTEL_SERVICENAME: 'x',
    OTEL_TRACE_SAMPLER: 'x',
    OTEL_OTLP_EXPORTER_ENDPOINT: 'x',
    OTEL_PYTHON_LOG_CORRELATION: 'x',
  })
  expect(warnings).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPONT is no variable of OpenTelemetry and has no effect. Did you mean "OTEL_EXPORTER_OTLP_ENDPOINT"?',
    'OTEL_OTLP_EXPORTER_ENDPOINT is no variable of OpenTelemetry and has no effect. Did you mean "OTEL_EXPORTER_OTLP_ENDPOINT"?',
    'OTEL_PYTHON_LOG_CORRELATION is set and has no effect here.',
    'OTEL_SERVICENAME is no variable of OpenTelemetry and has no effect. Did you mean "OTEL_SERVICE_NAME"?',
    'OTEL_TRACE_SAMPLER is no variable of OpenTelemetry and has no effect. Did you mean "OTEL_TRACES_SAMPLER"?',
  ])
})

test('all problems come in one error', () => {
  const refusal = refusalOf({ OTEL_SDK_DISABLED: 'maybe', OTEL_BSP_MAX_QUEUE_SIZE: '-1', OTEL_LOGS_EXPORTER: 'x' })
  expect(refusal.split('\n')).toHaveLength(4)
})

test('a name of an instrumentation that is none of ours is said, those of ours are not', () => {
  const own = { OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'http, ioredis,' }
  expect(readTelemetryEnv(own).warnings).toEqual([])
  const { warnings, instrumentations } = readTelemetryEnv({
    OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,express',
    OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'foo',
  })
  expect(warnings).toEqual([
    expect.stringContaining('OTEL_NODE_ENABLED_INSTRUMENTATIONS names express, which'),
    expect.stringContaining('OTEL_NODE_DISABLED_INSTRUMENTATIONS names foo, which'),
  ])
  expect(instrumentations.enabled).toEqual(new Set(['http', 'express']))
})

test('an endpoint with the path of one signal, as it is for that signal alone, is warned of', () => {
  const { warnings } = readTelemetryEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/otlp/v1/traces' })
  expect(warnings).toEqual([
    'OTEL_EXPORTER_OTLP_ENDPOINT ends in the path of one signal, and each signal adds its own to it: leave /otlp/v1/traces out',
  ])
  const own = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }
  expect(readTelemetryEnv(own).warnings).toEqual([])
})

test('a port that there is not is named', () => {
  expect(refusalOf({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:99999' })).toContain(
    'OTEL_EXPORTER_OTLP_ENDPOINT is not a URL such as http://collector:4318: there is no port 99999',
  )
})
