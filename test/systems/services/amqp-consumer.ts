// Consumes the queue QUEUE of a RabbitMQ, and tells another queue of each message that it has handled.
import amqplib, { type ConsumeMessage } from 'amqplib'
import { createService } from 'seaworthy'
import { amqp, amqpPublisher } from 'seaworthy/amqplib'
import { doTask, type Task } from './do-task.ts'

const { URL: url = '', QUEUE = '', IN_FLIGHT = '5s', PREFETCH = '4' } = process.env

const service = createService({
  name: 'consumer',
  admin: { host: '127.0.0.1', port: 0 },
  shutdown: { drainDelay: 0, inFlight: IN_FLIGHT, stop: '4s', flush: '1s', margin: '1s' },
})
const results = service.resource('results', amqpPublisher({ connect: () => amqplib.connect(url) }))
service.consumer(
  'jobs',
  amqp({
    needs: { results },
    connect: () => amqplib.connect(url),
    queue: QUEUE,
    setup: async (channel) => {
      await channel.assertQueue(QUEUE, { durable: true })
      await channel.assertQueue(`${QUEUE}.results`, { durable: true })
    },
    prefetch: Number(PREFETCH),
    retryDelay: '50ms',
    handle: async ({ content, fields }: ConsumeMessage, { results, signal }) => {
      const task = JSON.parse(content.toString()) as Task & { readonly fails?: boolean }
      if (task.fails === true && !fields.redelivered) throw new Error('no')
      await doTask(task, fields.redelivered, signal)
      await results.sendToQueue(`${QUEUE}.results`, Buffer.from(task.id), { persistent: true })
    },
  }),
)
await service.run()
