import { SpanKind, trace } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { deliverSpans, startTelemetry } from '../../telemetry-fixture.ts'
import { durations, everythingIn, inRequest, publishCall } from './channel-fixture.ts'

/* What needs no server: test/systems has one. */

const TARGET = { database: 0, serverAddress: '/run/redis.sock', serverPort: undefined, clientId: 'a-1' }
const get = (more: object = {}) => ({ command: 'GET', args: ['GET', 'canary'], ...TARGET, ...more })

/** As the class of node-redis has it: with the name of all errors. */
class SimpleError extends Error {}

test('a command to a socket is a span without a port, and its error is told by the prefix of the answer', async () => {
  await using started = await startTelemetry()
  const error = new SimpleError('NOAUTH canary')
  await inRequest(() => publishCall('node-redis:command', get(), () => Promise.reject(error)).catch(() => {}))
  const [command] = await deliverSpans(started, 2)
  expect(command?.attributes).toEqual({
    'db.system.name': 'redis',
    'db.namespace': '0',
    'db.operation.name': 'GET',
    'server.address': '/run/redis.sock',
    'error.type': 'NOAUTH',
    'db.response.status_code': 'NOAUTH',
  })
  expect(everythingIn(started)).not.toContain('canary')
})

test('what its own caller calls off is no error', async () => {
  // As the class of node-redis has it: with the name of all errors.
  class AbortError extends Error {}
  await using started = await startTelemetry()
  const error = new AbortError('The command was aborted')
  await inRequest(() => publishCall('node-redis:command', get(), () => Promise.reject(error)).catch(() => {}))
  const [command] = await deliverSpans(started, 2)
  expect([command?.status.code, command?.attributes['error.type']]).toEqual([0, undefined])
})

test('a pipeline is one span, and the commands in it none, however many they are', async () => {
  await using started = await startTelemetry()
  for (const batchSize of [0, 1, 3]) {
    await inRequest(() =>
      publishCall('node-redis:batch', { batchMode: 'PIPELINE', batchSize, ...TARGET }, async () => {
        for (let index = 0; index < batchSize; index++) {
          await publishCall('node-redis:command', get({ batchMode: 'PIPELINE', batchSize }), async () => {})
        }
      }),
    )
  }
  const spans = await deliverSpans(started, 6)
  const batches = spans.filter(({ name }) => name !== 'request')
  expect(batches.map(({ name, attributes }) => [name, attributes['db.operation.batch.size']])).toEqual([
    ['PIPELINE', 0],
    ['PIPELINE', undefined],
    ['PIPELINE', 3],
  ])
  expect(durations(started).map(([, count]) => count)).toEqual([3])
})

test('with the stock instrumentation its spans are the only ones', async () => {
  await using started = await startTelemetry()
  const stock = trace.getTracer('@opentelemetry/instrumentation-redis')
  await inRequest(async () => {
    const span = stock.startSpan('redis-GET', { kind: SpanKind.CLIENT })
    await publishCall('node-redis:command', get(), async () => {})
    span.end()
  })
  expect((await deliverSpans(started, 2)).map(({ name }) => name)).toEqual(['redis-GET', 'request'])
  expect(started.log.lines.filter((line) => line.includes('calls of redis are left to'))).toHaveLength(1)
})

test('thousands of kinds of commands are measured without being held on to', async () => {
  await using started = await startTelemetry()
  for (let index = 0; index < 400; index++) {
    await publishCall('node-redis:command', get({ command: `COMMAND${index}` }), async () => {})
  }
  await deliverSpans(started, 0)
  const counts = durations(started).map(([, count]) => count)
  expect(counts).toEqual(Array(400).fill(1))
})
