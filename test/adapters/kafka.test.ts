import type { Consumer, EachMessagePayload } from 'kafkajs'
import { createService, type Service } from 'seaworthy'
import { kafka, kafkaStream, type RunningKafkaConsumer } from 'seaworthy/kafka'
import { expect, onTestFinished, test } from 'vitest'
import { MemoryKafka } from './consuming/memory-kafka.ts'
import { MemoryStream, MemoryTopic } from './consuming/memory-stream.ts'

function newService(): Service {
  const service = createService({
    name: 'consumer',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
    shutdown: { drainDelay: 0, inFlight: '2s', stop: '2s', flush: '100ms', margin: '100ms' },
  })
  onTestFinished(async () => void (await service.stop()))
  return service
}

test('of a batch that has arrived, nothing is begun after the announcement, and what is done is committed', async () => {
  const broker = new MemoryKafka('orders')
  for (let index = 0; index < 10; index++) broker.send(`m${index}`)
  const service = newService()
  const delivered: string[] = []
  const handled: string[] = []
  const third = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  service.consumer(
    'orders',
    kafka({
      consumer: () => {
        const client = broker.createConsumer('group')
        return {
          ...client,
          run: ({ eachMessage }: { eachMessage: (payload: EachMessagePayload) => Promise<void> }) =>
            client.run({
              eachMessage: async (payload) => {
                delivered.push(String(payload.message.value))
                await eachMessage(payload)
              },
            }),
        }
      },
      topics: ['orders'],
      eachMessage: async ({ message }: EachMessagePayload) => {
        handled.push(String(message.value))
        if (handled.length !== 3) return
        third.resolve()
        await gate.promise
      },
    }),
  )
  // The state changes before the announcement: what is told of it is a consumer, as in the contract of all of them.
  const announced = Promise.withResolvers<void>()
  service.consumer('herald', { start: () => {}, pause: () => announced.resolve() })
  await service.start()
  await third.promise
  const stopping = service.stop()
  await announced.promise
  gate.resolve()
  const report = await stopping
  expect(report.clean).toBe(true)
  expect(handled).toEqual(['m0', 'm1', 'm2'])
  // kafkajs itself has begun none either: it was stopped, and not only refused.
  expect(delivered).toEqual(handled)
  expect(broker.committed).toBe(3)
})

test('a start that is interrupted while the group is joined still leaves the group', async () => {
  const broker = new MemoryKafka('orders')
  const owner = broker.createConsumer('group')
  await owner.subscribe({ topics: ['orders'] })
  await owner.run({ eachMessage: async () => {} })
  const handled: string[] = []
  const service = newService()
  service.consumer(
    'orders',
    kafka({
      consumer: () => broker.createConsumer('group'),
      topics: ['orders'],
      eachMessage: ({ message }: EachMessagePayload) => handled.push(String(message.value)),
    }),
  )
  const starting = service.start().catch((error: unknown) => error)
  await broker.whenJoining(2)
  const stopping = service.stop()
  await owner.stop()
  expect(await starting).toMatchObject({ code: 'SEA_START_INTERRUPTED' })
  await stopping
  broker.send('late')
  // Whoever comes next owns the partition, and gets what was sent.
  const next = broker.createConsumer('group')
  const got = Promise.withResolvers<string>()
  await next.subscribe({ topics: ['orders'] })
  await next.run({ eachMessage: async ({ message }) => got.resolve(String(message.value)) })
  expect(await got.promise).toBe('late')
  expect(handled).toEqual([])
  await next.stop()
})

test('a client that has given up for good fails the check', async () => {
  const broker = new MemoryKafka('orders')
  const service = newService()
  let client: Consumer | undefined
  let running: RunningKafkaConsumer | undefined
  const definition = kafka({
    consumer: () => {
      client = broker.createConsumer('group', { restartOnFailure: async () => false, retries: 0 })
      return client
    },
    topics: ['orders'],
    eachMessage: () => {
      throw new Error('poison')
    },
  })
  service.consumer('orders', { ...definition, start: async (context) => (running = await definition.start(context)) })
  await service.start()
  const crashed = new Promise((resolve) => client?.on(client.events.CRASH, resolve))
  broker.send('bad')
  await crashed
  expect(running?.crash()?.message).toContain('poison')
})

test('a message of a stream whose handling fails is handled again, before any later one', async () => {
  const topic = new MemoryTopic('orders')
  const service = newService()
  const handled: string[] = []
  const both = Promise.withResolvers<void>()
  service.consumer(
    'orders',
    kafkaStream({
      open: async () => ({ stream: new MemoryStream(topic), consumer: { close: async () => {} } }),
      eachMessage: ({ value }) => {
        handled.push(value)
        if (handled.length === 1) throw new Error('not now')
        if (handled.length === 3) both.resolve()
      },
    }),
  )
  await service.start()
  topic.send('first')
  topic.send('second')
  await both.promise
  await service.stop()
  expect(handled).toEqual(['first', 'first', 'second'])
  expect(topic.committed).toBe(2)
})

test('a stream that ends by itself is opened again', async () => {
  const topic = new MemoryTopic('orders')
  const service = newService()
  const streams: MemoryStream[] = []
  const got = Promise.withResolvers<string>()
  const opened = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  service.consumer(
    'orders',
    kafkaStream({
      open: async () => {
        const stream = new MemoryStream(topic)
        opened[streams.push(stream) - 1]?.resolve()
        return { stream, consumer: { close: async () => {} } }
      },
      eachMessage: ({ value }) => got.resolve(value),
    }),
  )
  await service.start()
  await streams[0]?.close()
  await opened[1]?.promise
  topic.send('after')
  expect(await got.promise).toBe('after')
  expect((await service.stop()).clean).toBe(true)
})

test('a client that delivers after it was stopped gets its message back', async () => {
  let deliver: ((payload: { topic: string; partition: number }) => Promise<void>) | undefined
  const service = newService()
  const handled: number[] = []
  service.consumer(
    'orders',
    kafka({
      consumer: () => ({
        connect: async () => {},
        subscribe: async () => {},
        run: async ({ eachMessage }) => void (deliver = eachMessage),
        disconnect: async () => {},
      }),
      topics: ['orders'],
      eachMessage: ({ partition }) => handled.push(partition),
    }),
  )
  await service.start()
  await deliver?.({ topic: 'orders', partition: 1 })
  await service.stop()
  await expect(deliver?.({ topic: 'orders', partition: 2 })).rejects.toMatchObject({
    code: 'SEA_WORK_GIVEN_BACK',
    message: 'A message of orders[2] is left to another consumer: the service is ending',
  })
  expect(handled).toEqual([1])
})
