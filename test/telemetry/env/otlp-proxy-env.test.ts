import { expect, test } from 'vitest'
import { EnvReader, type Environment } from '../../../src/core/env-reader.ts'
import { readOtlpSettings } from '../../../src/telemetry/env/otlp-env.ts'

/** The proxy, and what is warned of. */
function read(env: Environment, endpoint = 'https://collector.example') {
  const reader = new EnvReader({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env })
  const warnings: string[] = []
  const { proxy } = readOtlpSettings(reader, 'traces', (text) => warnings.push(text))
  reader.done()
  return { variable: proxy?.variable, label: proxy?.label, url: proxy?.url, warnings }
}

const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }

test.for<[variable: string | undefined, env: Environment, endpoint?: string]>([
  [undefined, {}],
  ['https_proxy', { https_proxy: 'http://a', HTTPS_PROXY: 'http://b', all_proxy: 'http://c' }],
  ['HTTPS_PROXY', { HTTPS_PROXY: 'http://b', all_proxy: 'http://c', http_proxy: 'http://d' }],
  ['all_proxy', { all_proxy: 'http://c', ALL_PROXY: 'http://e', http_proxy: 'http://d' }],
  ['ALL_PROXY', { ALL_PROXY: 'http://e' }],
  [
    'http_proxy',
    { https_proxy: 'http://a', http_proxy: 'http://d', HTTP_PROXY: 'http://f' },
    'http://collector.example',
  ],
  ['HTTP_PROXY', { HTTP_PROXY: 'http://f' }, 'http://collector.example'],
  [undefined, { HTTP_PROXY: 'http://f', REQUEST_METHOD: 'GET' }, 'http://collector.example'],
  ['grpc_proxy', { ...grpc, grpc_proxy: 'http://g', https_proxy: 'http://a' }],
  ['https_proxy', { grpc_proxy: 'http://g', https_proxy: 'http://a' }],
  ['https_proxy', { ...grpc, https_proxy: 'http://a' }, 'collector.example:4317'],
  [undefined, { https_proxy: 'http://a', no_proxy: 'example', NO_PROXY: 'x' }, 'https://collector.example'],
  ['https_proxy', { https_proxy: 'http://a', no_proxy: 'other', NO_PROXY: 'example' }, 'https://collector.example'],
  [undefined, { https_proxy: '', HTTPS_PROXY: ' ' }],
])('the proxy is that of %s', ([variable, env, endpoint]) => {
  expect(read(env, endpoint).variable).toBe(variable)
})

test('a proxy without a scheme is one of HTTP, and its credentials are not shown', () => {
  expect(read({ https_proxy: 'proxy:3128' })).toMatchObject({ url: 'http://proxy:3128/', label: 'http://proxy:3128' })
  const { label, url } = read({ https_proxy: 'https://me:s3cret@proxy' })
  expect(label).toBe('https://proxy')
  expect(url).toContain('s3cret')
})

test('a proxy that cannot be used is warned of without its value, and does not stop the service', () => {
  expect(read({ all_proxy: 'socks5://me:s3cret@proxy:1080' })).toMatchObject({
    variable: undefined,
    warnings: [
      'all_proxy names a proxy of the kind socks5://, which is not supported here; telemetry is sent without it',
    ],
  })
  expect(read({ https_proxy: 'http://me:s3cret@' })).toMatchObject({
    variable: undefined,
    warnings: ['https_proxy is not a URL such as http://proxy:3128; telemetry is sent without a proxy'],
  })
})

test('headers that would contradict how a request is written are left out, with a warning', () => {
  const reader = new EnvReader({ OTEL_EXPORTER_OTLP_HEADERS: 'Content-Length=1,x-a=b,grpc-timeout=1S,TE=x' })
  const warnings: string[] = []
  const { headers } = readOtlpSettings(reader, 'traces', (text) => warnings.push(text))
  expect(headers).toEqual({ 'x-a': 'b' })
  expect(warnings).toEqual(
    ['Content-Length', 'grpc-timeout', 'TE'].map(
      (name) => `OTEL_EXPORTER_OTLP_HEADERS: "${name}" is ignored, because it follows from how the request is sent`,
    ),
  )
})
