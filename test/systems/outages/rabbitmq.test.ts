import amqplib from 'amqplib'
import { createService, type Service } from 'seaworthy'
import { amqp, amqpPublisher } from 'seaworthy/amqplib'
import { expect, onTestFinished, test } from 'vitest'
import { freeze } from '../servers/freeze.ts'
import { startRabbitmq } from '../servers/rabbitmq.ts'
import { TcpProxy } from './tcp-proxy.ts'

/** A service that consumes what it publishes itself, over a network that fails as it is told. */
async function startShop(port: number, query = '') {
  const url = `amqp://guest:guest@127.0.0.1:${port}${query}`
  const heard: string[] = []
  const service: Service = createService({
    name: 'shop',
    env: { OTEL_SDK_DISABLED: 'true' },
    admin: { port: 0, host: '127.0.0.1', offLoop: false },
    isTerminal: true,
    logging: { level: 'fatal' },
    shutdown: { drainDelay: 0, inFlight: '2s', stop: '4s', flush: '100ms', margin: '100ms' },
  })
  onTestFinished(async () => void (await service.stop()))
  const definition = amqpPublisher({ connect: () => amqplib.connect(url) })
  const publisher = Promise.withResolvers<Awaited<ReturnType<typeof definition.start>>>()
  service.resource('events', {
    ...definition,
    start: async (context) => {
      const started = await definition.start(context)
      publisher.resolve(started)
      return started
    },
  })
  service.consumer(
    'orders',
    amqp({
      connect: () => amqplib.connect(url),
      queue: 'orders',
      setup: (channel: amqplib.Channel) => channel.assertQueue('orders', { durable: false }),
      handle: (message) => void heard.push(message.content.toString()),
      critical: true,
    }),
  )
  service.health.setThresholds({ interval: '100ms', timeout: '1s', fall: 1, rise: 1 })
  await service.start()
  const ask = async (path: string): Promise<number> => {
    const answer = await fetch(`${service.adminAddress?.url}${path}`)
    await answer.body?.cancel()
    return answer.status
  }
  const events = await publisher.promise
  return {
    service,
    heard,
    publish: (text: string) => events.sendToQueue('orders', Buffer.from(text)),
    becomes: async (status: number) => {
      await expect.poll(() => ask('/readyz'), { timeout: 60_000, interval: 50 }).toBe(status)
    },
    isAlive: async () => expect(await ask('/livez')).toBe(200),
  }
}

/** Publishes until it is heard. */
async function isHeard({ heard, publish }: Awaited<ReturnType<typeof startShop>>, text: string): Promise<void> {
  await expect
    .poll(
      async () => {
        await publish(text).catch(() => {})
        return heard
      },
      { timeout: 60_000, interval: 100 },
    )
    .toContain(text)
}

test('RabbitMQ is killed and started again: not ready meanwhile, alive, few dials, and consumed and published again', async () => {
  const first = await startRabbitmq()
  await using proxy = await TcpProxy.start(first.port)
  const shop = await startShop(proxy.port)
  await shop.becomes(200)
  await isHeard(shop, 'before')
  await first[Symbol.asyncDispose]()
  await shop.becomes(503)
  await shop.isAlive()
  const before = proxy.dials
  await using _ = await startRabbitmq(first.port)
  await shop.becomes(200)
  // Each of the two links waits half a second, then twice as long each time: 2 in the first second, 10 in a minute.
  expect(proxy.dials - before).toBeLessThan(30)
  await isHeard(shop, 'after')
  await shop.isAlive()
  expect((await shop.service.stop()).clean).toBe(true)
})

test('RabbitMQ is frozen: not ready, alive, and all as before once it goes on', async () => {
  await using server = await startRabbitmq()
  const shop = await startShop(server.port)
  await isHeard(shop, 'before')
  {
    using frozen = await freeze(server)
    await shop.becomes(503)
    await shop.isAlive()
    frozen.thaw()
  }
  await shop.becomes(200)
  await isHeard(shop, 'after')
  expect((await shop.service.stop()).clean).toBe(true)
})

test('connections to RabbitMQ are reset, and dials with them: few of them, and it recovers', async () => {
  await using server = await startRabbitmq()
  await using proxy = await TcpProxy.start(server.port)
  const shop = await startShop(proxy.port)
  await isHeard(shop, 'before')
  await proxy.become('reset')
  proxy.cut()
  await shop.becomes(503)
  const before = proxy.dials
  await new Promise((resolve) => setTimeout(resolve, 2000))
  expect(proxy.dials - before).toBeLessThan(12)
  await proxy.become('forward')
  await shop.becomes(200)
  await isHeard(shop, 'after')
  expect((await shop.service.stop()).clean).toBe(true)
})

test('RabbitMQ is frozen when the service stops: the connections are cut, and the stop ends in its time', async () => {
  await using server = await startRabbitmq()
  const shop = await startShop(server.port)
  await isHeard(shop, 'before')
  using _ = await freeze(server)
  const { phases } = await shop.service.stop()
  const stops = phases.find(({ phase }) => phase === 'stop')?.hooks.map(({ name, outcome }) => [name, outcome])
  expect(stops?.toSorted()).toEqual([
    ['events', 'done'],
    ['orders', 'done'],
  ])
})

test('connections to RabbitMQ that are dead without a word are found out by their heartbeats, and replaced', async () => {
  await using server = await startRabbitmq()
  await using proxy = await TcpProxy.start(server.port)
  const shop = await startShop(proxy.port, '?heartbeat=1')
  await isHeard(shop, 'before')
  proxy.forget()
  await shop.becomes(503)
  await shop.isAlive()
  await shop.becomes(200)
  await isHeard(shop, 'after')
  expect(proxy.dials).toBeLessThan(12)
  expect((await shop.service.stop()).clean).toBe(true)
})

test('RabbitMQ that takes every dial and says nothing is not ready, and dialled seldom; a slow network is no outage', async () => {
  await using server = await startRabbitmq()
  await using proxy = await TcpProxy.start(server.port)
  const shop = await startShop(proxy.port)
  await isHeard(shop, 'before')
  await proxy.become('slow')
  await isHeard(shop, 'slow')
  await shop.becomes(200)
  await proxy.become('silent')
  const before = proxy.dials
  proxy.cut()
  await shop.becomes(503)
  await shop.isAlive()
  await expect.poll(() => proxy.dials - before, { timeout: 20_000 }).toBe(2)
  await proxy.become('forward')
  proxy.cut()
  await shop.becomes(200)
  await isHeard(shop, 'after')
  expect(proxy.dials - before).toBeLessThan(12)
  expect((await shop.service.stop()).clean).toBe(true)
})
