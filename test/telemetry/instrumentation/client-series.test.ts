import { type Attributes, context, ROOT_CONTEXT } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { ClientRequests } from '../../../src/telemetry/instrumentation/client-requests.ts'
import { ClientMetrics } from '../../../src/telemetry/instrumentation/client-series.ts'
import { Origin } from '../../../src/telemetry/instrumentation/host-and-port.ts'
import { createMethodNames } from '../../../src/telemetry/instrumentation/http-method.ts'
import { RpcClientCalls } from '../../../src/telemetry/instrumentation/rpc-client-calls.ts'
import { RpcMetrics } from '../../../src/telemetry/instrumentation/rpc-series.ts'
import { targetOfFetch } from '../../../src/telemetry/instrumentation/request-targets.ts'
import { suppressTracing } from '../../../src/telemetry/context-keys.ts'
import { FastContextManager } from '../../../src/telemetry/context/context-manager.ts'
import { Metrics } from '../metrics/metrics-fixture.ts'
import { TraceFixture } from '../trace/trace-fixture.ts'

test('the series of a hundred servers are held on to, each by its own observation', () => {
  const metrics = new ClientMetrics(new Metrics().meter)
  const origin = (index: number): Origin => new Origin('http', `host-${index}.example`, 80)
  const held = Array.from({ length: 100 }, (_, index) => metrics.of('GET', origin(index)))
  expect(metrics.of('GET', origin(0))).toBe(held[0])
  expect(metrics.of('POST', origin(0))).not.toBe(held[0])
  expect(metrics.of('GET', origin(100))).not.toBe(metrics.of('GET', origin(100)))
  const shared = origin(0)
  expect(metrics.of('GET', shared)).toBe(held[0])
  expect(new ClientMetrics(new Metrics().meter).of('GET', shared)).not.toBe(held[0])
})

test('the same of servers of gRPC, and of 500 series at most', () => {
  const metrics = new RpcMetrics(new Metrics().meter, 'client')
  const bound = (count: number): number =>
    Array.from({ length: count }, (_, index) => metrics.bind({ index })).filter((series) => series !== undefined).length
  expect(bound(600)).toBe(500)
  const held = Array.from({ length: 100 }, (_, index) => metrics.of('orders', index))
  expect(metrics.of('orders', 0)).toBe(held[0])
  expect(metrics.of('orders', 100)).not.toBe(metrics.of('orders', 100))
  const crowded = new RpcMetrics(new Metrics().meter, 'client')
  for (let port = 0; port < 100; port++) crowded.of('orders', port)
  const attributes: Attributes = { 'rpc.method': 'shop.Orders/Place' }
  expect(crowded.bind(attributes)).toBeUndefined()
})

test('a request that has ended waits for nothing', async () => {
  const clock = new ManualClock()
  const { tracer } = new TraceFixture()
  const requests = new ClientRequests({ tracer, meter: new Metrics().meter, clock, nameMethod: createMethodNames() })
  const target = targetOfFetch('GET', 'http://a.example', '/')
  if (target === undefined) throw new Error('no target')
  const request = requests.start(target, () => undefined)
  request?.answered(200, '1.1')
  request?.end()
  await clock.advance(10_000)
  expect(clock.pending).toBe(0)
})

test('a call whose span is somebody else’s is measured once, and not at all where nothing is to be traced', async () => {
  const metrics = new Metrics()
  const { tracer } = new TraceFixture()
  const calls = new RpcClientCalls({ tracer, meter: metrics.meter })
  const call = calls.measure('/shop.Orders/Place', { host: 'orders', port: 50_051 })
  call?.end('OK')
  call?.end('CANCELLED')
  context.setGlobalContextManager(new FastContextManager())
  try {
    const begun = context.with(suppressTracing(ROOT_CONTEXT), () =>
      calls.measure('/shop.Orders/Place', { host: 'orders', port: 50_051 }),
    )
    expect(begun).toBeUndefined()
  } finally {
    context.disable()
  }
  const points = await metrics.points('rpc.client.call.duration')
  expect(points.map(({ attributes, ...point }) => [point['count'], attributes])).toEqual([
    [
      1,
      {
        'rpc.method': 'shop.Orders/Place',
        'rpc.status_code': 'OK',
        'rpc.system.name': 'grpc',
        'server.address': 'orders',
        'server.port': 50_051,
      },
    ],
  ])
})
