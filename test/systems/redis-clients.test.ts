import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { durations, everythingIn, inRequest } from '../telemetry/instrumentation/database/channel-fixture.ts'
import { deliverSpans, startTelemetry } from '../telemetry/telemetry-fixture.ts'
import { startRedis } from './servers/redis.ts'
import type { RunningServer } from './servers/start-server.ts'

/* What real clients publish when they talk to a real Redis. */

let server: RunningServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server[Symbol.asyncDispose]())

const SECRET = 'canary-value'

test('ioredis: commands, pipelines, transactions, scripts and errors are spans of the request that they are for', async () => {
  await using started = await startTelemetry()
  const redis = new Redis(server.url, { db: 2, lazyConnect: true })
  await redis.connect()
  await inRequest(async () => {
    await redis.set('canary-key', SECRET, 'EX', 60)
    expect(await redis.get('canary-key')).toBe(SECRET)
    await redis.pipeline().incr('counter').incr('counter').exec()
    await redis.multi().set('a', SECRET).get('a').exec()
    await redis.eval('return ARGV[1]', 0, SECRET)
    await redis.lpush('canary-key', SECRET).catch(() => {})
  })
  await redis.get('canary-key')
  await redis.quit()
  const spans = await deliverSpans(started, 8)
  const request = spans.find(({ name }) => name === 'request')

  expect(spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId)).toHaveLength(7)
  expect(spans.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
    ['set', undefined],
    ['get', undefined],
    ['incr', undefined],
    ['incr', undefined],
    ['MULTI', undefined],
    ['eval', undefined],
    ['lpush', 'WRONGTYPE'],
    ['request', undefined],
  ])
  expect(spans[0]?.attributes).toEqual({
    'db.system.name': 'redis',
    'db.namespace': '2',
    'db.operation.name': 'set',
    'server.address': '127.0.0.1',
    'server.port': server.port,
  })
  expect(spans[4]?.attributes['db.operation.batch.size']).toBe(2)
  expect(counted(durations(started), 'get')).toBe(2)
  expect(everythingIn(started)).not.toContain('canary')
})

test('ioredis: what waits for a connection that another request has opened is in no trace, least of all in that one', async () => {
  await using started = await startTelemetry()
  const redis = new Redis(server.url, { lazyConnect: true })
  await Promise.all([
    inRequest(async () => void (await redis.get('first'))),
    inRequest(async () => void (await redis.get('second'))),
  ])
  await inRequest(async () => void (await redis.get('third')))
  await redis.quit()
  const spans = await deliverSpans(started, 4)
  const requests = new Map(spans.filter(({ name }) => name === 'request').map((span) => [span.spanId, span]))
  const gets = spans.filter(({ name }) => name === 'get')
  expect(requests.size).toBe(3)
  expect(gets).toHaveLength(1)
  expect(counted(durations(started), 'get')).toBe(3)
  expect(gets.map(({ parentSpanId, traceId }) => requests.get(parentSpanId)?.traceId === traceId)).toEqual([true])
})

test('node-redis: commands are spans of the request that they are for, a transaction and a pipeline are one each', async () => {
  await using started = await startTelemetry()
  const client = createClient({ url: server.url, database: 3 })
  await inRequest(async () => {
    // What waits for the connection is in the trace of whoever has asked for it.
    const connecting = client.connect()
    await Promise.all([client.get('early'), connecting])
    await client.set('canary-key', SECRET)
    expect(await client.get('canary-key')).toBe(SECRET)
    await client.multi().set('a', SECRET).get('a').exec()
    await client.multi().get('a').get('b').execAsPipeline()
    await client.lPush('canary-key', SECRET).catch(() => {})
  })
  await client.close()
  const spans = await deliverSpans(started, 7)
  const request = spans.find(({ name }) => name === 'request')
  const calls = spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId)

  expect(
    calls.map(({ name, attributes }) => [name, attributes['error.type'], attributes['db.operation.batch.size']]),
  ).toEqual([
    ['GET', undefined, undefined],
    ['SET', undefined, undefined],
    ['GET', undefined, undefined],
    ['MULTI', undefined, 2],
    ['PIPELINE', undefined, 2],
    ['LPUSH', 'WRONGTYPE', undefined],
  ])
  expect(calls[1]?.attributes).toEqual({
    'db.system.name': 'redis',
    'db.namespace': '3',
    'db.operation.name': 'SET',
    'server.address': '127.0.0.1',
    'server.port': server.port,
  })
  expect(everythingIn(started)).not.toContain('canary')
})

test.each([
  [
    'ioredis',
    async () => {
      const redis = new Redis({ host: '127.0.0.1', port: server.port })
      return { get: (key: string) => redis.get(key), end: () => redis.quit() }
    },
  ],
  [
    'node-redis',
    async () => {
      const client = await createClient({ url: server.url }).connect()
      return { get: (key: string) => client.get(key), end: () => client.close() }
    },
  ],
])('%s: of 200 requests at once, each has its own commands below it and no others', async (_, open) => {
  await using started = await startTelemetry()
  const client = await open()
  await client.get('connected')
  await Promise.all(
    Array.from({ length: 200 }, () =>
      inRequest(async () => {
        await client.get('one')
        await client.get('two')
      }),
    ),
  )
  await client.end()
  const spans = await deliverSpans(started, 600)
  const perRequest = Map.groupBy(
    spans.filter(({ name }) => name !== 'request'),
    ({ parentSpanId }) => parentSpanId,
  )
  const requests = spans.filter(({ name }) => name === 'request')
  expect(requests.map(({ spanId }) => perRequest.get(spanId)?.length)).toEqual(Array(200).fill(2))
})

function counted(series: readonly [object, number][], operation: string): number {
  return series
    .filter(([attributes]) => Reflect.get(attributes, 'db.operation.name') === operation)
    .reduce((sum, [, count]) => sum + count, 0)
}
