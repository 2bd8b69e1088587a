import amqplib from 'amqplib'
import { createService } from 'seaworthy'
import { amqp, amqpPublisher } from 'seaworthy/amqplib'
import { expect, test } from 'vitest'
import { freePort } from '../../src/process/free-port.ts'

// Against a real RabbitMQ: test/systems/amqplib.test.ts, and the contract of consumers in test/systems/contract.test.ts.

test.each([['soon'], [-1], ['6m']])('amqp(): a retryDelay of %s is refused at once', (retryDelay) => {
  const options = { connect: () => Promise.reject(new Error('not called')), queue: 'q', handle: () => {} }
  expect(() => amqp({ ...options, retryDelay })).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining('"retryDelay" is') }),
  )
})

test.each(['consumer', 'publisher'])('a %s whose broker is not there refuses the start', async (what) => {
  const url = `amqp://guest:secret@127.0.0.1:${await freePort()}`
  const service = createService({
    name: 'orders',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: false,
    isTerminal: true,
    logging: { level: 'fatal' },
  })
  const connect = () => amqplib.connect(url)
  const startup = { retry: false }
  if (what === 'consumer')
    service.consumer('orders', { ...amqp({ connect, queue: 'orders', handle: () => {} }), startup })
  else service.resource('orders', { ...amqpPublisher({ connect }), startup })
  const error: unknown = await service.start().catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'SEA_START_FAILED', message: expect.stringContaining('ECONNREFUSED') })
  expect(String(error)).not.toContain('secret')
})
