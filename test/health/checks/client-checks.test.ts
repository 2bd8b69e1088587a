import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { amqpCheck } from '../../../src/health/checks/amqp-check.ts'
import { ConnectionBorrower } from '../../../src/health/checks/connection-borrower.ts'
import { mongoCheck } from '../../../src/health/checks/mongo-check.ts'
import { mysqlCheck } from '../../../src/health/checks/mysql-check.ts'
import { natsCheck } from '../../../src/health/checks/nats-check.ts'
import { postgresCheck } from '../../../src/health/checks/postgres-check.ts'
import { redisCheck } from '../../../src/health/checks/redis-check.ts'
import { reportOf, resultOf } from './run-check.ts'

/* What no server is needed for: objects in the shape of a client. Real clients and servers: test/systems. */

const ALL = { amqpCheck, mongoCheck, mysqlCheck, natsCheck, postgresCheck, redisCheck }

test.each(Object.entries(ALL))('%s refuses at once what is no client, and options that there are not', (name, make) => {
  for (const wrong of [undefined, 'redis://u:canary@h', {}])
    expect(() => (make as (client: unknown) => unknown)(wrong)).toThrow(
      expect.objectContaining({
        code: 'SEA_OPTIONS_INVALID',
        message: expect.stringMatching(new RegExp(`^${name}\\(\\): (?!.*canary).*first argument`)) as string,
      }),
    )
  expect(() => make(() => undefined, { critcal: true } as object)).toThrow('Did you mean "critical"?')
})

test.each(Object.entries(ALL))('%s: a client that is not there yet is unhealthy', async (_, make) => {
  expect(await reportOf(make(() => undefined))).toMatchObject({
    status: 'unhealthy',
    message: expect.stringMatching(/^\w+: there is no (?:client|pool|connection)/) as string,
  })
})

/** A client of MongoDB whose `ping` ends when, and as, the test says. */
function mongo() {
  const asked: ((answer: unknown) => void)[] = []
  const commands: unknown[] = []
  const command = (sent: object): Promise<unknown> => {
    commands.push(sent)
    return new Promise((resolve) => asked.push(resolve))
  }
  return { asked, commands, db: (name: string) => (commands.push(name), { command }) }
}

test('mongoCheck sends a ping to admin, and takes ok: 1', async () => {
  const client = mongo()
  const running = resultOf(mongoCheck(client))
  client.asked[0]?.({ ok: 1 })

  expect(await running).toEqual({ status: 'healthy' })
  expect(client.commands).toEqual(['admin', { ping: 1 }])
})

test('mongoCheck: an answer that is not ok, and an error, are unhealthy without a password', async () => {
  const client = mongo()
  const running = resultOf(mongoCheck(client))
  client.asked[0]?.({ ok: 0 })
  const failing = { db: () => ({ command: () => Promise.reject(new Error('mongodb://u:canary@h:1 is away')) }) }

  expect(await running).toMatchObject({ status: 'unhealthy' })
  expect(await resultOf(mongoCheck(failing))).toEqual({
    status: 'unhealthy',
    message: 'mongodb: ping: mongodb://u:***@h:1 is away',
  })
})

test('a question that stays open is asked once, whatever runs give up, and its late answer counts', async () => {
  const client = mongo()
  const check = mongoCheck(client)
  for (let run = 0; run < 5; run++)
    expect(await resultOf(check, AbortSignal.abort())).toMatchObject({ status: 'unhealthy' })
  expect(client.asked).toHaveLength(1)

  const running = resultOf(check)
  client.asked[0]?.({ ok: 1 })

  expect(await running).toEqual({ status: 'healthy' })
  void resultOf(check)
  expect(client.asked).toHaveLength(2)
})

test('a client that throws instead of rejecting is asked again the next time', async () => {
  let asked = 0
  const client = {
    db: () => {
      asked += 1
      if (asked === 1) throw new Error('not yet')
      return { command: async () => ({ ok: 1 }) }
    },
  }
  const check = mongoCheck(client)

  expect(await resultOf(check)).toEqual({ status: 'unhealthy', message: 'mongodb: ping: not yet' })
  expect(await resultOf(check)).toEqual({ status: 'healthy' })
})

test('amqpCheck: that nobody may publish is known also where it was said before the first run', async () => {
  const listeners: Record<string, (reason: string) => void> = {}
  const channel = { on: () => {}, close: async () => {} }
  const connection = {
    createChannel: async () => channel,
    on: (event: string, listener: (reason: string) => void) => (listeners[event] = listener),
  }
  const check = amqpCheck(connection)
  listeners['blocked']?.('low on memory')

  expect(await resultOf(check)).toEqual({
    status: 'degraded',
    message: 'amqp: the server lets nobody publish: low on memory',
  })
  listeners['unblocked']?.('')
  expect(await resultOf(check)).toEqual({ status: 'healthy' })
})

test('natsCheck: a connection that drains is degraded', async () => {
  const nats = { flush: () => Promise.resolve(), isClosed: () => false, isDraining: () => true }

  expect(await resultOf(natsCheck(nats))).toEqual({ status: 'degraded', message: 'nats: the connection is draining' })
})

test('a connection that comes when nobody waits goes back; one that does not come is asked for once', async () => {
  const waiting: ((connection: object) => void)[] = []
  const given: object[] = []
  const borrower = new ConnectionBorrower<object, object>(
    () => new Promise((resolve) => waiting.push(resolve)),
    (connection) => given.push(connection),
  )
  const pool = {}
  for (let run = 0; run < 3; run++) {
    const abort = new AbortController()
    const borrowed = borrower.borrow(pool, abort.signal)
    abort.abort(new Error('too late'))
    await expect(borrowed).rejects.toThrow('too late')
  }
  expect(waiting).toHaveLength(1)
  const late = {}
  waiting[0]?.(late)
  await expect.poll(() => given).toEqual([late])

  const never = new AbortController().signal
  const both = Promise.all([borrower.borrow(pool, never), borrower.borrow(pool, never)])
  expect(waiting).toHaveLength(3)
  const [one, other] = [{ one: 1 }, { other: 1 }]
  waiting[1]?.(one)
  waiting[2]?.(other)
  expect(await both).toEqual([one, other])
  expect(given).toHaveLength(1)
})

/** A client of ioredis that answers no `PING` of a connection that is lost, and sends none again. */
class ForgetfulRedis extends EventEmitter {
  status = 'ready'
  readonly asked: ((answer: string) => void)[] = []

  ping(): Promise<string> {
    return new Promise((resolve) => this.asked.push(resolve))
  }

  turnTo(status: 'ready' | 'close' | 'connecting'): void {
    this.status = status
    this.emit(status)
  }
}

test('redisCheck: a PING whose connection is lost is not waited for, and the next connection is asked anew', async () => {
  const client = new ForgetfulRedis()
  const check = redisCheck(client)
  const running = resultOf(check)
  client.turnTo('close')
  expect(await running).toEqual({
    status: 'unhealthy',
    message: 'redis: PING: the connection was lost before the answer came',
  })

  client.turnTo('ready')
  const next = resultOf(check)
  client.asked[1]?.('PONG')

  expect(await next).toEqual({ status: 'healthy' })
  expect(client.listenerCount('close') + client.listenerCount('ready')).toBe(0)
})

test('redisCheck: a PING that waits for a connection is asked once, whatever dials fail, until it was sent and lost', async () => {
  const client = new ForgetfulRedis()
  client.turnTo('connecting')
  const check = redisCheck(client)
  void resultOf(check)
  for (let dial = 0; dial < 5; dial++) {
    client.turnTo('close')
    client.turnTo('connecting')
    expect(await resultOf(check, AbortSignal.abort())).toMatchObject({ status: 'unhealthy' })
  }
  expect(client.asked).toHaveLength(1)

  const running = resultOf(check)
  client.turnTo('ready')
  client.turnTo('close')
  expect(await running).toMatchObject({ message: expect.stringContaining('connection was lost') as string })
})
