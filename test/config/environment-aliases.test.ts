import { describe, expect, test } from 'vitest'
import { applyEnvironmentAliases } from '../../src/config/environment-aliases.ts'
import { EnvReader, type Environment } from '../../src/core/env-reader.ts'

/** What the aliases add, and the warnings. */
function applied(env: Environment): { readonly added: Environment; readonly warnings: readonly string[] } {
  const { env: all, warnings } = applyEnvironmentAliases(env)
  expect(all).toMatchObject(
    Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'OTEL_RESOURCE_ATTRIBUTES')),
  )
  return { added: Object.fromEntries(Object.entries(all).filter(([name, value]) => env[name] !== value)), warnings }
}

test('the variables of the document become standard ones', () => {
  const { added, warnings } = applied({
    SERVICE_NAME: 'my-service',
    SERVICE_VERSION: '1.0.0',
    ENVIRONMENT: 'production',
    OTLP_ENDPOINT: 'collector:4317',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_INSECURE: 'false',
    TRACE_SAMPLE_RATE: '0.1',
    METRIC_INTERVAL: '30s',
    LOG_LEVEL: 'info',
  })
  expect(added).toEqual({
    OTEL_SERVICE_NAME: 'my-service',
    OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.0.0,deployment.environment.name=production',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector:4317',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.1',
    OTEL_METRIC_EXPORT_INTERVAL: '30000',
  })
  expect(warnings).toEqual([
    'SERVICE_NAME is read as OTEL_SERVICE_NAME; use the standard name',
    'SERVICE_VERSION is read as service.version of OTEL_RESOURCE_ATTRIBUTES; use the standard variable',
    'ENVIRONMENT is read as deployment.environment.name of OTEL_RESOURCE_ATTRIBUTES; use the standard variable',
    'OTLP_ENDPOINT is read as OTEL_EXPORTER_OTLP_ENDPOINT; use the standard name',
    'OTLP_ENDPOINT has no scheme and is called with TLS; set OTEL_EXPORTER_OTLP_INSECURE=true for plain text',
    'TRACE_SAMPLE_RATE is read as OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG; use the standard name',
    'METRIC_INTERVAL is read as OTEL_METRIC_EXPORT_INTERVAL; use the standard name',
  ])
})

test('nothing is added and nothing said without an alias, or with blank ones', () => {
  expect(applied({ OTEL_SERVICE_NAME: 'a', SERVICE_NAME: ' ', OTLP_ENDPOINT: '', LOG_LEVEL: 'debug' })).toEqual({
    added: {},
    warnings: [],
  })
})

test.each([
  ['SERVICE_NAME', { OTEL_SERVICE_NAME: 'a' }, 'OTEL_SERVICE_NAME is set'],
  ['SERVICE_NAME', { OTEL_RESOURCE_ATTRIBUTES: 'service.name=a' }, 'OTEL_RESOURCE_ATTRIBUTES has service.name'],
  [
    'SERVICE_VERSION',
    { OTEL_RESOURCE_ATTRIBUTES: 'a=b, service.version =1' },
    'OTEL_RESOURCE_ATTRIBUTES has service.version',
  ],
  [
    'ENVIRONMENT',
    { OTEL_RESOURCE_ATTRIBUTES: 'deployment%2Eenvironment.name=x' },
    'OTEL_RESOURCE_ATTRIBUTES has deployment.environment.name',
  ],
  [
    'ENVIRONMENT',
    { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=x,%' },
    'OTEL_RESOURCE_ATTRIBUTES has deployment.environment',
  ],
  ['OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' }, 'OTEL_EXPORTER_OTLP_ENDPOINT is set'],
  ['TRACE_SAMPLE_RATE', { OTEL_TRACES_SAMPLER: 'always_on' }, 'OTEL_TRACES_SAMPLER is set'],
  ['TRACE_SAMPLE_RATE', { OTEL_TRACES_SAMPLER_ARG: '1' }, 'OTEL_TRACES_SAMPLER_ARG is set'],
  ['METRIC_INTERVAL', { OTEL_METRIC_EXPORT_INTERVAL: '1' }, 'OTEL_METRIC_EXPORT_INTERVAL is set'],
])('%s is ignored when the standard has it: %j', (alias, standard, reason) => {
  expect(applied({ ...standard, [alias]: 'not even valid' })).toEqual({
    added: {},
    warnings: [`${alias} is ignored, because ${reason}; unset ${alias}`],
  })
})

test('resource attributes that are there stay, and what the list needs for itself is encoded', () => {
  const { added } = applied({
    OTEL_RESOURCE_ATTRIBUTES: 'team=shop, ',
    ENVIRONMENT: 'a,b=c %;ü',
    SERVICE_VERSION: '1+2',
  })
  expect(added).toEqual({
    OTEL_RESOURCE_ATTRIBUTES: 'team=shop,service.version=1%2B2,deployment.environment.name=a%2Cb%3Dc%20%25%3B%C3%BC',
  })
})

describe('OTLP_ENDPOINT', () => {
  test.each([
    [{ OTLP_ENDPOINT: 'collector:4317' }, 'https://collector:4317', 'grpc'],
    [{ OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_INSECURE: 'false' }, 'https://collector:4317', 'grpc'],
    [{ OTLP_ENDPOINT: 'collector:4317', OTEL_EXPORTER_OTLP_INSECURE: 'TRUE' }, 'http://collector:4317', 'grpc'],
    [{ OTLP_ENDPOINT: '10.0.0.1:4317' }, 'https://10.0.0.1:4317', 'grpc'],
    [{ OTLP_ENDPOINT: '[::1]:4317' }, 'https://[::1]:4317', 'grpc'],
    [{ OTLP_ENDPOINT: 'http://collector:4318' }, 'http://collector:4318', undefined],
    [{ OTLP_ENDPOINT: 'HTTPS://collector/otlp' }, 'HTTPS://collector/otlp', undefined],
    [
      { OTLP_ENDPOINT: 'collector:4318', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' },
      'https://collector:4318',
      undefined,
    ],
  ])('%j means %s', (env, endpoint, protocol) => {
    const { added } = applied(env)
    expect(added['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe(endpoint)
    expect(added['OTEL_EXPORTER_OTLP_PROTOCOL']).toBe(protocol)
  })

  test('without a scheme, the warning says how it is called', () => {
    expect(applied({ OTLP_ENDPOINT: 'c:4317' }).warnings).toEqual([
      'OTLP_ENDPOINT is read as OTEL_EXPORTER_OTLP_ENDPOINT and OTEL_EXPORTER_OTLP_PROTOCOL; use the standard name',
      'OTLP_ENDPOINT has no scheme and is called by gRPC and with TLS; set OTEL_EXPORTER_OTLP_INSECURE=true for plain text',
    ])
    expect(applied({ OTLP_ENDPOINT: 'c:4317', OTEL_EXPORTER_OTLP_INSECURE: 'true' }).warnings[1]).toBe(
      'OTLP_ENDPOINT has no scheme and is called by gRPC and without TLS, because OTEL_EXPORTER_OTLP_INSECURE is true',
    )
  })
})

test('OTLP_ENDPOINT without a scheme at the port of HTTP is refused, unless the protocol is set', () => {
  const env = { OTLP_ENDPOINT: 'collector:4318', OTEL_EXPORTER_OTLP_INSECURE: 'true' }
  expect(() => applyEnvironmentAliases(env)).toThrow(
    'OTLP_ENDPOINT has no scheme, which means gRPC, and 4318 is the port of HTTP: ' +
      'write http:// before it, or set OTEL_EXPORTER_OTLP_PROTOCOL=grpc',
  )
  expect(applied({ ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }).added).toEqual({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
  })
})

test('what does not parse is refused, all of it at once, and never a default instead', () => {
  const env = {
    TRACE_SAMPLE_RATE: '1.5',
    METRIC_INTERVAL: '30',
    OTLP_ENDPOINT: 'grpc://user:hunter2@collector:4317',
    OTEL_EXPORTER_OTLP_INSECURE: 'maybe',
  }
  expect(() => applyEnvironmentAliases(env)).toThrowErrorMatchingInlineSnapshot(`
    [SeaworthyError: The environment is not valid:
      - OTEL_EXPORTER_OTLP_INSECURE is "maybe", expected true or false
      - OTLP_ENDPOINT is neither a URL such as http://collector:4318 nor a target such as collector:4317
      - TRACE_SAMPLE_RATE is "1.5", expected a number from 0 to 1
      - METRIC_INTERVAL is "30", expected a duration with its unit, such as "30s" or "500ms"]
  `)
})

test.each([
  ['TRACE_SAMPLE_RATE', '0'],
  ['TRACE_SAMPLE_RATE', '1'],
  ['METRIC_INTERVAL', '1ms'],
  ['METRIC_INTERVAL', '1m30s'],
])('%s=%s is valid', (name, value) => {
  expect(applied({ [name]: value }).warnings).toHaveLength(1)
})

test.each([
  ['TRACE_SAMPLE_RATE', '-0.1'],
  ['TRACE_SAMPLE_RATE', '1.01'],
  ['TRACE_SAMPLE_RATE', '10%'],
  ['TRACE_SAMPLE_RATE', 'abc'],
  ['METRIC_INTERVAL', '0s'],
  ['METRIC_INTERVAL', '30 seconds'],
  ['OTLP_ENDPOINT', 'collector'],
  ['OTLP_ENDPOINT', 'collector:port'],
  ['OTLP_ENDPOINT', ':4317'],
  ['OTLP_ENDPOINT', 'collector:99999'],
  ['OTLP_ENDPOINT', 'http://'],
])('%s=%s is refused', (name, value) => {
  expect(() => applyEnvironmentAliases({ [name]: value })).toThrow(expect.objectContaining({ code: 'SEA_ENV_INVALID' }))
})

test('what comes out is read by the standard reader', () => {
  const { env } = applyEnvironmentAliases({ TRACE_SAMPLE_RATE: '1e-3', METRIC_INTERVAL: '1.5s' })
  const read = new EnvReader(env)
  expect(read.number('OTEL_TRACES_SAMPLER_ARG', { min: 0, max: 1 })).toBe(0.001)
  expect(read.integer('OTEL_METRIC_EXPORT_INTERVAL', { min: 1, max: 60_000 })).toBe(1500)
  read.done()
})

test('names of OpenTelemetry are left to telemetry, which warns of those that have no effect', () => {
  expect(applied({ OTEL_EXPORTR_OTLP_HEADERS: 'x', OTEL_LOG_LEVEL: 'debug' })).toEqual({ added: {}, warnings: [] })
})
