import amqplib, { type ConsumeMessage } from 'amqplib'
import { type Job, Queue, Worker } from 'bullmq'
import pg from 'pg'
import { amqp } from 'seaworthy/amqplib'
import { bullmq } from 'seaworthy/bullmq'
import { pgListener } from 'seaworthy/postgres'
import { afterAll, beforeAll, describe } from 'vitest'
import { testConsumer } from '../adapters/consuming/consumer-contract.ts'
import { startPostgres } from './servers/postgres.ts'
import { startRabbitmq } from './servers/rabbitmq.ts'
import { startRedis } from './servers/redis.ts'
import type { RunningServer } from './servers/start-server.ts'

let count = 0
const uniqueName = (): string => `work${++count}`

function useServer(start: () => Promise<RunningServer>): () => RunningServer {
  let server: RunningServer | undefined
  beforeAll(async () => {
    server = await start()
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })
  return () => {
    if (server === undefined) throw new Error('the server has not started')
    return server
  }
}

describe('BullMQ', () => {
  const redis = useServer(startRedis)

  testConsumer({
    comesAgain: true,
    open: async () => {
      const connection = { host: '127.0.0.1', port: redis().port }
      const name = uniqueName()
      const queue = new Queue(name, { connection })
      return {
        declare: (service, handle) =>
          service.consumer(
            'work',
            bullmq({
              worker: (processor) => new Worker(name, processor, { connection }),
              process: (job: Job<string>, { signal }) => handle(job.data, { signal }),
            }),
          ),
        send: (item) => queue.add('item', item),
        [Symbol.asyncDispose]: () => queue.close(),
      }
    },
  })
})

describe('BullMQ, a worker with a processor of its own', () => {
  const redis = useServer(startRedis)

  testConsumer({
    comesAgain: true,
    open: async () => {
      const connection = { host: '127.0.0.1', port: redis().port }
      const name = uniqueName()
      const queue = new Queue(name, { connection })
      return {
        declare: (service, handle) =>
          service.consumer(
            'work',
            bullmq({
              worker: () =>
                new Worker(name, (job: Job<string>) => handle(job.data, { signal: AbortSignal.timeout(900) }), {
                  connection,
                }),
            }),
          ),
        send: (item) => queue.add('item', item, { attempts: 2 }),
        [Symbol.asyncDispose]: () => queue.close(),
      }
    },
  })
})

describe('RabbitMQ', () => {
  const rabbitmq = useServer(startRabbitmq)

  testConsumer({
    comesAgain: true,
    open: async () => {
      const name = uniqueName()
      const connection = await amqplib.connect(rabbitmq().url)
      const channel = await connection.createConfirmChannel()
      return {
        declare: (service, handle) =>
          service.consumer(
            'work',
            amqp({
              connect: () => amqplib.connect(rabbitmq().url),
              queue: name,
              setup: (own) => own.assertQueue(name),
              prefetch: 1,
              handle: (message: ConsumeMessage, { signal }) => handle(message.content.toString(), { signal }),
            }),
          ),
        async send(item) {
          channel.sendToQueue(name, Buffer.from(item))
          await channel.waitForConfirms()
        },
        [Symbol.asyncDispose]: () => connection.close(),
      }
    },
  })
})

describe('LISTEN of PostgreSQL', () => {
  const postgres = useServer(startPostgres)

  testConsumer({
    // Notifications are kept for nobody.
    comesAgain: false,
    open: async () => {
      const name = uniqueName()
      const pool = new pg.Pool({ connectionString: postgres().url })
      return {
        declare: (service, handle) =>
          service.consumer(
            'work',
            pgListener({
              client: () => new pg.Client(postgres().url),
              channels: [name],
              handle: ({ payload = '' }, { signal }) => handle(payload, { signal }),
            }),
          ),
        send: (item) => pool.query('SELECT pg_notify($1, $2)', [name, item]),
        async heardOfPause() {
          const heard = `SELECT 1 FROM pg_stat_activity WHERE query = 'UNLISTEN *' AND state = 'idle'`
          while ((await pool.query(heard)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 5))
        },
        [Symbol.asyncDispose]: () => pool.end(),
      }
    },
  })
})
