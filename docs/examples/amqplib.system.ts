// A consumer and a publisher of RabbitMQ. Needs one: AMQP_URL.
import amqplib, { type ConsumeMessage } from 'amqplib'
import { createService } from 'seaworthy'
import { amqp, amqpPublisher } from 'seaworthy/amqplib'

const url = process.env['AMQP_URL'] ?? ''
const service = createService({ name: 'orders', admin: { port: 0 } })
const booked = Promise.withResolvers<string>()

async function book(order: string, _options: { readonly signal: AbortSignal }): Promise<void> {
  booked.resolve(order)
}

// #region amqplib
const events = service.resource('events', amqpPublisher({ connect: () => amqplib.connect(url) }))

service.consumer(
  'orders',
  amqp({
    needs: { events },
    connect: () => amqplib.connect(url),
    queue: 'orders',
    setup: async (channel) => {
      await channel.assertQueue('orders', { durable: true })
      await channel.assertQueue('booked', { durable: true })
    },
    prefetch: 20,
    handle: async (message: ConsumeMessage, { events, signal }) => {
      await book(message.content.toString(), { signal })
      await events.sendToQueue('booked', message.content, { persistent: true }) // resolves when RabbitMQ has it
    },
  }),
)
// #endregion amqplib

await service.start()
const connection = await amqplib.connect(url)
const channel = await connection.createConfirmChannel()
channel.sendToQueue('orders', Buffer.from('order 1'))
await channel.waitForConfirms()
await booked.promise
await connection.close()
if (!(await service.stop()).clean) throw new Error('not clean')
