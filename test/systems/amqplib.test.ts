import amqplib, { type ChannelModel, type ConfirmChannel } from 'amqplib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { restartWorkers } from './rolling-restart.ts'
import { startRabbitmq } from './servers/rabbitmq.ts'
import type { RunningServer } from './servers/start-server.ts'
import type { Task } from './services/do-task.ts'
import { startSystemService } from './start-system-service.ts'
import { openTaskLedger } from './task-ledger.ts'

const CLEAN = { code: 0, signal: null }

let server: RunningServer
let connection: ChannelModel
beforeAll(async () => {
  server = await startRabbitmq()
  connection = await amqplib.connect(server.url)
})
afterAll(async () => {
  await connection.close()
  await server[Symbol.asyncDispose]()
})

async function openQueue(name: string) {
  await using stack = new AsyncDisposableStack()
  const ledger = stack.use(await openTaskLedger())
  const channel: ConfirmChannel = await connection.createConfirmChannel()
  stack.defer(() => channel.close())
  for (const queue of [name, `${name}.results`]) await channel.assertQueue(queue, { durable: true })
  const owned = stack.move()
  return {
    ledger,
    async send(task: Task & { readonly fails?: boolean }) {
      channel.sendToQueue(name, Buffer.from(JSON.stringify(task)), { persistent: true })
      await channel.waitForConfirms()
    },
    /** What is in the queue and in nobody's hands. */
    ready: async () => (await channel.checkQueue(name)).messageCount,
    results: async () => (await channel.checkQueue(`${name}.results`)).messageCount,
    startWorker: (env: Readonly<Record<string, string>> = {}) =>
      startSystemService('amqp-consumer', { URL: server.url, QUEUE: name, LEDGER: ledger.path, ...env }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('rolling restarts of two consumers: every message is handled once, its result is confirmed, and none is lost', async () => {
  await using messages = await openQueue('rolling')
  const count = 300
  const exits = await restartWorkers(
    3,
    { count, send: (index) => messages.send({ id: `m${index}`, takesMs: 40 }) },
    messages.startWorker,
    () => messages.ledger.whenDone(count),
  )
  expect(exits).toEqual(Array.from({ length: 8 }, () => CLEAN))
  const ids = Array.from({ length: count }, (_, index) => `m${index}`).toSorted()
  expect(messages.ledger.ids('done')).toEqual(ids)
  expect(messages.ledger.ids('begun')).toEqual(ids)
  expect({ ready: await messages.ready(), results: await messages.results() }).toEqual({ ready: 0, results: count })
})

describe('a message that takes longer than its slice', () => {
  test.each([
    ['gives up at the soft deadline', false, CLEAN],
    ['is deaf', true, { code: 1, signal: null }],
  ])('and %s goes back, and is handled by the other consumer', async (_how, isDeaf, end) => {
    await using messages = await openQueue(`long-${isDeaf}`)
    await using first = await messages.startWorker({ IN_FLIGHT: '1s' })
    await messages.send({ id: 'long', takesMs: 50_000, againMs: 1, isDeaf })
    await first.line('begun long')
    await using second = await messages.startWorker()
    first.kill('SIGTERM')
    await second.line('begun long')
    await messages.ledger.whenDone(1)

    expect(await first.exit).toEqual(end)
    expect(messages.ledger.ids('begun')).toEqual(['long', 'long'])
    expect(messages.ledger.ids('done')).toEqual(['long'])
    expect(first.report()['aborted']).toHaveLength(isDeaf ? 1 : 0)
    second.kill('SIGTERM')
    expect(await second.exit).toEqual(CLEAN)
    expect(await messages.ready()).toBe(0)
  })
})

test('more messages than are in flight stay in the queue when a shutdown is announced', async () => {
  await using messages = await openQueue('backlog')
  for (let index = 0; index < 20; index++) await messages.send({ id: `m${index}`, takesMs: 300 })
  await using worker = await messages.startWorker({ PREFETCH: '3' })
  await worker.line('begun m2')
  worker.kill('SIGTERM')
  expect(await worker.exit).toEqual(CLEAN)
  const begun = messages.ledger.ids('begun')
  expect(messages.ledger.ids('done')).toEqual(begun)
  expect(await messages.ready()).toBe(20 - begun.length)
  expect(begun.length).toBeLessThan(20)
})

test('a message whose handling fails comes again, and is not lost', async () => {
  await using messages = await openQueue('failing')
  await using worker = await messages.startWorker()
  await messages.send({ id: 'once', takesMs: 1, fails: true })
  await messages.ledger.whenDone(1)
  worker.kill('SIGTERM')
  expect(await worker.exit).toEqual(CLEAN)
  expect(await messages.ready()).toBe(0)
  expect(worker.lines.some((line) => line.includes('a message of failing failed: no'))).toBe(true)
})

test('a consumer whose connection is cut connects again, and goes on', async () => {
  await using broker = await startRabbitmq()
  await using ledger = await openTaskLedger()
  await using worker = await startSystemService('amqp-consumer', {
    URL: broker.url,
    QUEUE: 'cut',
    LEDGER: ledger.path,
  })
  // SIGTERM ends RabbitMQ in order; its port is free then, and the next one takes it.
  await broker[Symbol.asyncDispose]()
  await worker.line('the connection to RabbitMQ is lost')
  await using again = await startRabbitmq(broker.port)
  const other = await amqplib.connect(again.url)
  const channel = await other.createConfirmChannel()
  await channel.assertQueue('cut', { durable: true })
  channel.sendToQueue('cut', Buffer.from(JSON.stringify({ id: 'after', takesMs: 1 } satisfies Task)))
  await channel.waitForConfirms()
  await ledger.whenDone(1)
  await other.close()
  worker.kill('SIGTERM')
  expect(await worker.exit).toEqual(CLEAN)
})
