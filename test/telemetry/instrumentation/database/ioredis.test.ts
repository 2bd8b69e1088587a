import { context, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { tracingChannel } from 'node:diagnostics_channel'
import { expect, test } from 'vitest'
import { suppressTracing } from '../../../../src/telemetry/context-keys.ts'
import { deliverSpans, startTelemetry } from '../../telemetry-fixture.ts'
import { briefly, durations, everythingIn, inRequest, publishCall } from './channel-fixture.ts'

const TARGET = { database: 3, serverAddress: 'cache.example', serverPort: 6380 }
const COMMON = {
  'db.system.name': 'redis',
  'db.namespace': '3',
  'server.address': 'cache.example',
  'server.port': 6380,
}
const get = () => ({ command: 'get', args: ['canary'], ...TARGET })

/** As the class of ioredis has it. */
class ReplyError extends Error {
  override readonly name = 'ReplyError'
}

test('a command is one span below its caller, and one measurement, without its keys and values', async () => {
  await using started = await startTelemetry()
  const result = await inRequest(() => publishCall('ioredis:command', get(), async () => 'canary'))
  const spans = await deliverSpans(started, 2)
  const [command, request] = [spans.find(({ name }) => name === 'get'), spans.find(({ name }) => name === 'request')]

  expect(result).toBe('canary')
  expect(command === undefined ? undefined : briefly(command)).toEqual({
    name: 'get',
    kind: SpanKind.CLIENT + 1,
    attributes: { ...COMMON, 'db.operation.name': 'get' },
    status: 0,
    events: 0,
  })
  expect(command?.parentSpanId).toBe(request?.spanId)
  expect(durations(started)).toEqual([[{ ...COMMON, 'db.operation.name': 'get' }, 1]])
  expect(everythingIn(started)).not.toContain('canary')
})

test('what the server answers as an error is told by its prefix, any other error by its code or class', async () => {
  await using started = await startTelemetry()
  const errors = [
    new ReplyError('WRONGTYPE Operation against a key canary'),
    new ReplyError('canary in lower case'),
    new ReplyError('WRONGTYPEcanary, which is no word of Redis'),
    new ReplyError(`${'C'.repeat(33)} is no word of Redis either`),
    Object.assign(new Error('connect canary'), { code: 'ECONNREFUSED' }),
    new RangeError('canary'),
    'canary',
  ]
  await inRequest(async () => {
    for (const error of errors) {
      await expect(publishCall('ioredis:command', get(), () => Promise.reject(error as Error))).rejects.toBe(error)
    }
  })
  const spans = (await deliverSpans(started, 8)).filter(({ name }) => name === 'get')

  expect(
    spans.map(({ status, attributes }) => [
      status.code,
      attributes['error.type'],
      attributes['db.response.status_code'],
    ]),
  ).toEqual([
    [2, 'WRONGTYPE', 'WRONGTYPE'],
    [2, 'ReplyError', undefined],
    [2, 'ReplyError', undefined],
    [2, 'ReplyError', undefined],
    [2, 'ECONNREFUSED', undefined],
    [2, 'RangeError', undefined],
    [2, '_OTHER', undefined],
  ])
  expect(durations(started).map(([attributes]) => Reflect.get(attributes, 'error.type'))).toEqual([
    'WRONGTYPE',
    'ReplyError',
    'ECONNREFUSED',
    'RangeError',
    '_OTHER',
  ])
  expect(everythingIn(started)).not.toContain('canary')
})

test('a call ends whatever it fails with', async () => {
  await using started = await startTelemetry()
  const strange = Object.defineProperty(new Error('strange'), 'code', {
    get() {
      throw new Error('nobody may look')
    },
  })
  await inRequest(async () => {
    for (const channel of ['ioredis:command', 'mysql2:query']) {
      for (const error of [strange, null, undefined]) {
        const message = { ...get(), query: 'SELECT 1' }
        await publishCall(channel, message, () => Promise.reject(error as Error)).catch(() => {})
      }
    }
  })
  const spans = await deliverSpans(started, 7)
  expect(spans.map(({ attributes }) => attributes['error.type'])).toEqual([...Array(6).fill('_OTHER'), undefined])
  expect(durations(started).reduce((sum, [, count]) => sum + count, 0)).toBe(6)
})

test('what its own caller calls off is no error', async () => {
  await using started = await startTelemetry()
  await inRequest(async () => {
    await publishCall('ioredis:command', get(), () => Promise.reject(new DOMException('off', 'AbortError'))).catch(
      () => {},
    )
  })
  const spans = await deliverSpans(started, 2)
  expect(spans.map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
    [0, undefined],
    [0, undefined],
  ])
})

test('a transaction is one span, and none of the commands in it is another one', async () => {
  await using started = await startTelemetry()
  const batch = { batchMode: 'MULTI', batchSize: 2, ...TARGET }
  await inRequest(async () => {
    await publishCall('ioredis:batch', batch, async () => {
      for (const command of ['multi', 'set', 'get', 'exec']) {
        void publishCall('ioredis:command', { ...get(), command }, async () => 'QUEUED')
      }
    })
    await publishCall('ioredis:command', get(), async () => 'after')
  })
  const spans = await deliverSpans(started, 3)
  expect(spans.map(({ name, attributes }) => [name, attributes['db.operation.batch.size']])).toEqual([
    ['MULTI', 2],
    ['get', undefined],
    ['request', undefined],
  ])
  expect(durations(started).map(([, count]) => count)).toEqual([1, 1])
})

test('outside of any span a command is only measured', async () => {
  await using started = await startTelemetry()
  await publishCall('ioredis:command', get(), async () => 'polled')
  expect(await deliverSpans(started, 0)).toEqual([])
  expect(durations(started).map(([, count]) => count)).toEqual([1])
})

test('where nothing is to be traced, nothing is measured either', async () => {
  await using started = await startTelemetry()
  await context.with(suppressTracing(ROOT_CONTEXT), () => publishCall('ioredis:command', get(), async () => 'probe'))
  expect(await deliverSpans(started, 0)).toEqual([])
  expect(durations(started)).toEqual([])
})

test('of what is not sampled, nothing is described', async () => {
  await using started = await startTelemetry({ env: { OTEL_TRACES_SAMPLER: 'always_off' } })
  let reads = 0
  const message = {
    ...get(),
    get args(): never {
      reads++
      throw new Error('read')
    },
  }
  await inRequest(async () => {
    await publishCall('ioredis:command', message, async () => 'unsampled')
  })
  expect(await deliverSpans(started, 0)).toEqual([])
  expect(reads).toBe(0)
  expect(durations(started).map(([, count]) => count)).toEqual([1])
})

test('a call that throws at once has ended, and so has one whose result is there without a promise', async () => {
  await using started = await startTelemetry()
  await inRequest(async () => {
    const thrown = (): never => {
      throw new TypeError('canary')
    }
    expect(() => void publishCall('ioredis:command', get(), thrown)).toThrow('canary')
    // As Node publishes it from 26 on.
    const message = get()
    const { start, end } = tracingChannel('ioredis:command')
    start.publish(message)
    end.publish(Object.assign(message, { result: 1 }))
  })
  const spans = await deliverSpans(started, 3)
  expect(spans.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual([
    ['get', 'TypeError'],
    ['get', undefined],
    ['request', undefined],
  ])
})

test.each([
  [{ OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'fs, ioredis' }, {}],
  [{ OTEL_NODE_ENABLED_INSTRUMENTATIONS: 'http,pg' }, {}],
  [{}, { instrument: { databases: false } }],
])('switched off by %j %j, a command leaves nothing', async (env, options) => {
  await using started = await startTelemetry({ env, ...options })
  await inRequest(async () => {
    await publishCall('ioredis:command', get(), async () => 'off')
  })
  expect((await deliverSpans(started, 1)).map(({ name }) => name)).toEqual(['request'])
  expect(durations(started)).toEqual([])
  expect(started.log.lines.filter((line) => line.includes('no effect'))).toEqual([])
})

test('what a connection does belongs to nobody, so what waited for it is in the trace of nobody', async () => {
  await using started = await startTelemetry()
  let flush = (): void => {}
  await inRequest(async (span) => {
    await publishCall('ioredis:connect', { ...TARGET }, async () => {
      const ready = Promise.withResolvers<void>()
      flush = ready.resolve
      void ready.promise.then(() => publishCall('ioredis:command', get(), async () => 'late'))
    })
    expect(trace.getActiveSpan()).toBe(span)
  })
  flush()
  expect((await deliverSpans(started, 1)).map(({ name }) => name)).toEqual(['request'])
  expect(durations(started).map(([, count]) => count)).toEqual([1])
})

test('with the stock instrumentation its spans are the only ones, and ours go on to measure', async () => {
  await using started = await startTelemetry()
  const stock = trace.getTracer('@opentelemetry/instrumentation-ioredis')
  await inRequest(async () => {
    for (let round = 0; round < 2; round++) {
      const theirs = stock.startSpan('get', { kind: SpanKind.CLIENT })
      await publishCall('ioredis:command', get(), async () => 'once')
      theirs.end()
    }
  })
  const spans = (await deliverSpans(started, 3)).filter(({ name }) => name === 'get')
  expect(spans.map(({ scope }) => scope.name)).toEqual(Array(2).fill('@opentelemetry/instrumentation-ioredis'))
  expect(durations(started).map(([, count]) => count)).toEqual([2])
  expect(started.log.lines.filter((line) => line.includes('calls of ioredis are left to'))).toHaveLength(1)
})

test('with the stock instrumentation the commands of a transaction are measured, and there is no span for all of them', async () => {
  await using started = await startTelemetry()
  const stock = trace.getTracer('@opentelemetry/instrumentation-ioredis')
  await inRequest(async () => {
    const theirs = stock.startSpan('multi', { kind: SpanKind.CLIENT })
    await publishCall('ioredis:batch', { batchMode: 'MULTI', batchSize: 1, ...TARGET }, async () => {
      for (const command of ['multi', 'set', 'exec']) {
        void publishCall('ioredis:command', { ...get(), command }, async () => 'QUEUED')
      }
    })
    theirs.end()
  })
  expect((await deliverSpans(started, 2)).map(({ name }) => name)).toEqual(['multi', 'request'])
  expect(durations(started).map(([attributes]) => Reflect.get(attributes, 'db.operation.name'))).toEqual([
    'multi',
    'set',
    'exec',
  ])
})

test('a transaction that has begun before the telemetry has no part in the next one', async () => {
  await using started = await startTelemetry()
  const batch = { batchMode: 'MULTI', batchSize: 1, ...TARGET }
  tracingChannel('ioredis:batch').end.publish({ ...batch })
  await inRequest(() =>
    publishCall('ioredis:batch', batch, async () => {
      void publishCall('ioredis:command', get(), async () => 'QUEUED')
    }),
  )
  expect((await deliverSpans(started, 2)).map(({ name }) => name)).toEqual(['MULTI', 'request'])
})

test('what is measured leads to the trace of the caller, wherever the answer arrives', async () => {
  await using started = await startTelemetry()
  const message = get()
  const { start, end, asyncStart } = tracingChannel('ioredis:command')
  const caller = await inRequest(async (span) => {
    start.publish(message)
    end.publish(message)
    return span.spanContext().traceId
  })
  await inRequest(async () => asyncStart.publish(Object.assign(message, { result: 1 })))
  await deliverSpans(started, 3)
  const [series] = started.receiver.store.metrics({ name: 'db.client.operation.duration' })
  expect(series?.latest).toMatchObject({ exemplars: [{ traceId: caller }] })
})

test.each(['ioredis', 'redis', 'mysql2', 'grpc', 'http', 'undici'])(
  'after the end nobody looks whether the stock instrumentation of %s is there',
  async (name) => {
    await using started = await startTelemetry()
    const stock = trace.getTracer(`@opentelemetry/instrumentation-${name}`)
    stock.startSpan('early', { kind: SpanKind.INTERNAL }).end()
    started.telemetry.uninstall()
    for (const kind of [SpanKind.CLIENT, SpanKind.SERVER]) stock.startSpan('late', { kind }).end()
    expect(started.log.lines.filter((line) => line.includes('are left to'))).toEqual([])
  },
)
