import { expect, test } from 'vitest'
import type { Environment } from '../../../src/core/env-reader.ts'
import { readTelemetryEnv } from '../../../src/telemetry/env/telemetry-env.ts'

function read(env: Environment) {
  const { signals, prometheus, warnings } = readTelemetryEnv(env)
  return { push: signals.metrics.exporter, ...prometheus, warnings }
}

test.for([
  [undefined, 'otlp', true],
  ['otlp', 'otlp', true],
  ['console', 'console', true],
  ['prometheus', 'none', true],
  ['otlp, prometheus', 'otlp', true],
  ['prometheus,console,', 'console', true],
  ['none', 'none', false],
] as const)('OTEL_METRICS_EXPORTER=%s', ([value, push, isServed]) => {
  expect(read({ OTEL_METRICS_EXPORTER: value })).toMatchObject({ push, isServed, names: 'underscores' })
})

test.for([
  ['none,prometheus', '"none" excludes everything else'],
  ['otlp,console', 'metrics are sent to one of otlp and console, not to both'],
  ['zipkin', 'expected otlp, console, none, prometheus, or a list such as otlp,prometheus'],
  ['otlp,Prometheus', 'expected otlp, console, none, prometheus'],
  [',', 'expected otlp, console, none, prometheus'],
] as const)('OTEL_METRICS_EXPORTER=%s is refused', ([value, reason]) => {
  expect(() => read({ OTEL_METRICS_EXPORTER: value })).toThrow(reason)
})

test.for([
  { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' },
  { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'lowmemory' },
  { OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION: 'base2_exponential_bucket_histogram' },
])('what would have to be kept twice is served only when it is asked for: %o', (env) => {
  const unasked = read(env)
  expect(unasked.isServed).toBe(false)
  expect(unasked.reason).toContain('Set OTEL_METRICS_EXPORTER to "otlp,prometheus"')
  expect(read({ ...env, OTEL_METRICS_EXPORTER: 'otlp,prometheus' })).toMatchObject({ isServed: true, reason: '' })
})

test('names are underscores or UTF-8', () => {
  expect(read({ SEAWORTHY_METRICS_NAMES: 'utf-8' }).names).toBe('utf-8')
  expect(() => read({ SEAWORTHY_METRICS_NAMES: 'dots' })).toThrow('SEAWORTHY_METRICS_NAMES is "dots"')
})

test('a port of its own is not offered, and the warning names what is', () => {
  const env = { OTEL_EXPORTER_PROMETHEUS_PORT: '9464', OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0' }
  expect(read(env).warnings).toEqual([
    expect.stringContaining('set admin.host in code'),
    'OTEL_EXPORTER_PROMETHEUS_PORT is set and has no effect here. /metrics is served on the admin port; set SEAWORTHY_ADMIN_PORT.',
  ])
})
