import { createClient } from '@redis/client'
import { Cluster, Redis } from 'ioredis'
import { join } from 'node:path'
import { ioredis } from 'seaworthy/ioredis'
import { redis } from 'seaworthy/redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'
import { startResource } from '../adapters/redis-protocol/running-resource.ts'
import { durations, inRequest } from '../telemetry/instrumentation/database/channel-fixture.ts'
import { deliverSpans, startTelemetry } from '../telemetry/telemetry-fixture.ts'
import { startRedis } from './servers/redis.ts'
import { answers, type RunningServer, serverFolder, startServerProcess } from './servers/start-server.ts'

/* What the adapters of Redis clients do with a real Redis; outages are in outages/redis.test.ts. */

let server: RunningServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server[Symbol.asyncDispose]())

test('ioredis: each command has one span, also one that has waited for a connection, in the trace of whoever has sent it', async () => {
  await using started = await startTelemetry()
  const resource = await startResource(ioredis(() => new Redis(server.url)))
  const client = resource.value
  await inRequest(() => client.set('a', 1))
  const closed = new Promise((resolve) => client.once('close', resolve))
  client.disconnect(true)
  await closed
  const names = ['first', 'second']
  await Promise.all(names.map((name) => inRequest(() => client.get(name))))
  await resource.stop()
  const spans = await deliverSpans(started, 6)
  const requests = spans.filter(({ name }) => name === 'request')
  const commands = spans.filter(({ name }) => name !== 'request')
  expect(commands.map(({ name }) => name).toSorted()).toEqual(['get', 'get', 'set'])
  expect(new Set(commands.map(({ parentSpanId }) => parentSpanId))).toEqual(
    new Set(requests.map(({ spanId }) => spanId)),
  )
  expect(counted(durations(started), 'get')).toBe(2)
})

test('node-redis: each command, transaction and pipeline has one span', async () => {
  await using started = await startTelemetry()
  const resource = await startResource(redis(() => createClient({ url: server.url })))
  const client = resource.value
  await inRequest(async () => {
    await client.set('a', '1')
    await client.withCommandOptions({ timeout: 1000 }).get('a')
    await client.multi().incr('a').incr('a').exec()
    await client.multi().get('a').get('a').execAsPipeline()
  })
  await resource.stop()
  const spans = await deliverSpans(started, 5)
  expect(spans.map(({ name }) => name)).toEqual(['SET', 'GET', 'MULTI', 'PIPELINE', 'request'])
  expect(counted(durations(started), 'GET')).toBe(1)
})

test.each([false, true])('ioredis: all ways of sending go as without the adapter; auto pipelines: %s', async (auto) => {
  const resource = await startResource(ioredis(() => new Redis(server.url, { enableAutoPipelining: auto })))
  const client = resource.value
  expect(await client.pipeline().set('p', 1).incr('p').exec()).toEqual([
    [null, 'OK'],
    [null, 2],
  ])
  expect(await client.multi().set('m', 1).incr('m').exec()).toEqual([
    [null, 'OK'],
    [null, 2],
  ])
  const inTurn = async (): Promise<unknown> => {
    await client.multi({ pipeline: false })
    await client.incr('m')
    return await client.exec()
  }
  // ioredis itself hangs then.
  expect(auto ? [[null, 3]] : await inTurn()).toEqual([[null, 3]])
  expect(await client.eval('return ARGV[1]', 0, 'x')).toBe('x')
  expect(await Promise.all([client.get('p'), client.get('m')])).toEqual(['2', auto ? '2' : '3'])
  const calledBack = Promise.withResolvers<unknown>()
  void client.get('p', (_error, value) => calledBack.resolve(value))
  expect(await calledBack.promise).toBe('2')
  await expect(client.lpush('p', 1)).rejects.toThrow('WRONGTYPE')
  expect(await resource.check()).toBeUndefined()
})

test('ioredis: a subscription is there again after an outage that has opened the circuit', async () => {
  const first = await startRedis()
  const { port } = first
  const resource = await startResource(
    ioredis(() => new Redis({ host: '127.0.0.1', port, protocol: 2 }), { breaker: { failures: 1, openFor: '10m' } }),
  )
  const heard: string[] = []
  resource.value.on('message', (_channel, message) => void heard.push(message))
  await resource.value.subscribe('news')
  await first[Symbol.asyncDispose]()
  await expect.poll(() => resource.said('breaker.open').length).toBe(1)
  const ready = new Promise((resolve) => resource.value.once('ready', resolve))
  await using _ = await startRedis(port)
  await ready
  const other = new Redis({ host: '127.0.0.1', port })
  await expect.poll(() => other.publish('news', 'hello')).toBe(1)
  await expect.poll(() => heard).toContain('hello')
  other.disconnect()
})

test('a Cluster of ioredis is started, checked and stopped, and outlives the end of its only node', async () => {
  const port = await freePort()
  const cluster = await startCluster(port)
  const resource = await startResource(
    ioredis(() => new Cluster([{ host: '127.0.0.1', port }]), {
      silence: '1s',
      breaker: { failures: 2, openFor: '200ms' },
    }),
  )
  const client = resource.value
  expect(await client.set('a', 1)).toBe('OK')
  expect(await client.pipeline().get('a').exec()).toEqual([[null, '1']])
  expect(await resource.check()).toBeUndefined()
  await cluster[Symbol.asyncDispose]()
  await expect
    .poll(() => client.get('a').catch(({ code }: { code?: string }) => code), { timeout: 30_000 })
    .toBe('SEA_POLICY_CIRCUIT_OPEN')
  expect(await resource.check().catch(() => ({ status: 'unhealthy' }))).toMatchObject({ status: 'unhealthy' })
  await using _ = await startCluster(port)
  await expect.poll(() => client.set('b', 2).catch(() => undefined), { timeout: 30_000 }).toBe('OK')
  await resource.stop()
  expect(client.status).toBe('end')
})

test('a Cluster of ioredis is connected again while the breaker lets nothing through to it', async () => {
  const port = await freePort()
  const cluster = await startCluster(port)
  const resource = await startResource(
    ioredis(() => new Cluster([{ host: '127.0.0.1', port }]), { breaker: { failures: 1, openFor: '5m' } }),
  )
  const client = resource.value
  expect(await client.set('a', 1)).toBe('OK')
  await cluster[Symbol.asyncDispose]()
  await expect.poll(() => client.status).not.toBe('ready')
  await expect.poll(() => resource.said('breaker.open').length).toBe(1)
  await using _ = await startCluster(port)
  await expect.poll(() => client.status, { timeout: 30_000 }).toBe('ready')
  await resource.stop()
})

/** A Redis in the mode of clusters, all slots its own. */
async function startCluster(port: number): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(await serverFolder('redis-cluster'))
  const args = [
    `--port ${port}`,
    '--bind 127.0.0.1',
    '--save ""',
    '--cluster-enabled yes',
    '--cluster-announce-ip 127.0.0.1',
  ]
  const node = stack.use(
    await startServerProcess({
      program: 'redis-server',
      args: [...args.flatMap((arg) => arg.split(' ')), '--cluster-config-file', join(folder.path, 'nodes.conf')],
      folder: folder.path,
    }),
  )
  await node.whenReady(() => answers(port, 'PING\r\n', '+PONG'))
  const admin = new Redis({ host: '127.0.0.1', port })
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  await expect.poll(() => admin.call('CLUSTER', 'INFO'), { timeout: 20_000 }).toContain('cluster_state:ok')
  admin.disconnect()
  return stack.move()
}

function counted(series: readonly [object, number][], operation: string): number {
  return series
    .filter(([attributes]) => Reflect.get(attributes, 'db.operation.name') === operation)
    .reduce((sum, [, count]) => sum + count, 0)
}
