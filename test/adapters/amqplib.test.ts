import { EventEmitter } from 'node:events'
import amqplib from 'amqplib'
import { createService } from 'seaworthy'
import {
  amqp,
  type AmqpChannel,
  type AmqpConfirmChannel,
  type AmqpConfirmConnection,
  type AmqpConnection,
  amqpPublisher,
} from 'seaworthy/amqplib'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'

// Against a real RabbitMQ: test/systems/amqplib.test.ts, and the contract of consumers in test/systems/contract.test.ts.

test.each([['soon'], [-1], ['6m']])('amqp(): a retryDelay of %s is refused at once', (retryDelay) => {
  const options = { connect: () => Promise.reject(new Error('not called')), queue: 'q', handle: () => {} }
  expect(() => amqp({ ...options, retryDelay })).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining('"retryDelay" is') }),
  )
})

const ORDERS = {
  name: 'orders',
  env: { OTEL_SDK_DISABLED: 'true' },
  admin: false,
  isTerminal: true,
  logging: { level: 'fatal' },
} as const

function orderService() {
  return createService(ORDERS)
}

test.each(['consumer', 'publisher'])('a %s whose broker is not there refuses the start', async (what) => {
  const url = `amqp://guest:secret@127.0.0.1:${await freePort()}`
  const service = orderService()
  const connect = () => amqplib.connect(url)
  const startup = { retry: false }
  if (what === 'consumer')
    service.consumer('orders', { ...amqp({ connect, queue: 'orders', handle: () => {} }), startup })
  else service.resource('orders', { ...amqpPublisher({ connect }), startup })
  const error: unknown = await service.start().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'SEA_START_FAILED', message: expect.stringContaining('ECONNREFUSED') })
  expect(String(error)).not.toContain('secret')
})

/** A connection that opens one channel, and never answers when another is closed. */
class ForgetfulConnection extends EventEmitter implements AmqpConnection<AmqpChannel>, AmqpConfirmConnection {
  channels = 0

  createChannel(): Promise<AmqpChannel & AmqpConfirmChannel> {
    const isFirst = this.channels++ === 0
    const close = (): Promise<void> => (isFirst ? Promise.resolve() : new Promise(() => {}))
    return Promise.resolve({
      on: () => {},
      prefetch: () => Promise.resolve(),
      consume: () => Promise.resolve({ consumerTag: 'tag' }),
      cancel: () => Promise.resolve(),
      ack: () => {},
      nack: () => {},
      publish: () => true,
      waitForConfirms: () => Promise.resolve(),
      close,
    })
  }

  createConfirmChannel(): Promise<AmqpConfirmChannel> {
    return this.createChannel()
  }

  close(): Promise<void> {
    this.emit('close')
    return Promise.resolve()
  }
}

test.each(['consumer', 'publisher'])(
  'a check of a %s is asked again after the connection it asked is lost',
  async (what) => {
    const connections: ForgetfulConnection[] = []
    const connect = (): Promise<ForgetfulConnection> => {
      const connection = new ForgetfulConnection()
      connections.push(connection)
      return Promise.resolve(connection)
    }
    const service = orderService()
    if (what === 'consumer')
      service.consumer('orders', amqp({ connect, queue: 'orders', critical: true, handle: () => {} }))
    else service.resource('orders', amqpPublisher({ connect }))
    service.health.setThresholds({ interval: '100ms', timeout: '20ms', fall: 1, rise: 1 })
    await service.start()
    onTestFinished(async () => void (await service.stop()))
    const [first] = connections
    await expect.poll(() => first?.channels).toBe(2)
    await expect.poll(() => service.health.report().checks['orders']?.message).toContain('not asked again')
    expect(first?.channels).toBe(2)
    first?.emit('close', new Error('reset'))
    await expect.poll(() => connections[1]?.channels, { timeout: 5000 }).toBe(2)
  },
)

test.each(['consumer', 'publisher'])(
  'a %s that has no channel is told why, and not that it has closed its connection',
  async (what) => {
    class Full extends ForgetfulConnection {
      override createChannel(): Promise<never> {
        return Promise.reject(new Error('No channels left to allocate'))
      }
    }
    const connect = () => Promise.resolve(new Full())
    const service = orderService()
    const startup = { retry: false }
    if (what === 'consumer')
      service.consumer('orders', { ...amqp({ connect, queue: 'orders', handle: () => {} }), startup })
    else service.resource('orders', { ...amqpPublisher({ connect }), startup })
    await expect(service.start()).rejects.toThrow('No channels left to allocate')
  },
)

test.each(['consumer', 'publisher'])(
  'a %s whose connection is lost while the close of its channel is waited for has ended',
  async (what) => {
    const closing = Promise.withResolvers<void>()
    class Silent extends ForgetfulConnection {
      override async createChannel(): Promise<AmqpChannel & AmqpConfirmChannel> {
        const isAskedOnly = this.channels > 0
        const close = (): Promise<void> => {
          if (isAskedOnly) return Promise.resolve()
          closing.resolve()
          return new Promise(() => {})
        }
        return { ...(await super.createChannel()), close }
      }
    }
    const connection = new Silent()
    const connect = () => Promise.resolve(connection)
    const service = createService({ ...ORDERS, shutdown: { stop: '1h' } })
    if (what === 'consumer') service.consumer('orders', amqp({ connect, queue: 'orders', handle: () => {} }))
    else service.resource('orders', amqpPublisher({ connect }))
    await service.start()
    const stopped = service.stop()
    await closing.promise
    // Of a connection that is gone, nothing is answered either.
    connection.close = () => new Promise(() => {})
    connection.emit('close', new Error('reset'))
    expect(await stopped).toMatchObject({ clean: true })
  },
)
