import { expect, test } from 'vitest'
import { setUp } from './outbox-fixture.ts'
import { DOWN } from './scripted-transport.ts'

test('what is not a batch waits for the delay, and not one millisecond longer', async () => {
  const { clock, transport, add } = setUp()
  add('a', 10)
  add('b', 10)

  await clock.advance(4999)
  expect(transport.bodies).toEqual([])
  await clock.advance(1)
  expect(transport.accepted).toEqual(['a', 'b'])
  expect(transport.bodies).toHaveLength(1)
})

test('a whole batch is sent in the next turn of the event loop, never inside of accept()', async () => {
  const { clock, transport, outbox, add } = setUp()
  add('a', 500)
  await clock.advance(0)
  expect(transport.bodies).toEqual([])
  add('b', 12)
  expect(transport.bodies).toEqual([])
  await clock.advance(0)
  expect(transport.accepted).toEqual(['a', 'b'])
  expect(outbox.account('traces')).toEqual({
    created: 512,
    delivered: 512,
    rejected: 0,
    spooled: 0,
    dropped: {},
    pending: 0,
  })
})

test('a batch size that the user has set is strict, as far as the chunks allow', async () => {
  const { clock, transport, add } = setUp({ limits: { maxBatchSize: 10, askedBatchSize: 10 } })
  for (const [name, items] of [
    ['a', 4],
    ['b', 4],
    ['c', 4],
    ['d', 25],
    ['e', 1],
  ] as const)
    add(name, items)
  await clock.advance(5000)
  expect(transport.bodies.map(({ chunks }) => chunks)).toEqual([['a', 'b'], ['c'], ['d'], ['e']])
})

test('a collector that takes 2 s per export carries 5,000 spans of 400 bytes a second, in bounded memory', async () => {
  const { clock, transport, outbox, add } = setUp()
  transport.latencyMs = 2000
  let mostBytes = 0
  // A chunk of 64 KiB holds 160 of them: 100,000 spans in 20 s.
  for (let index = 0; index < 625; index++) {
    add(`${index}`, 160)
    await clock.advance(32)
    mostBytes = Math.max(mostBytes, outbox.memoryBytes)
  }
  expect(outbox.account('traces').dropped).toEqual({})
  expect(mostBytes).toBeLessThan(12 * 1_048_576)
  expect(transport.mostInFlight).toBe(4)
  await clock.advance(20_000)
  expect(outbox.account('traces')).toMatchObject({ created: 100_000, delivered: 100_000, pending: 0 })
  expect(new Set(transport.accepted).size).toBe(625)
  expect(outbox.memoryBytes).toBe(0)
})

test('without a backlog one request is under way at a time', async () => {
  const { clock, transport, add } = setUp()
  transport.latencyMs = 8000
  for (let second = 0; second < 60; second++) {
    add(`${second}`, 8)
    await clock.advance(1000)
  }
  expect(transport.mostInFlight).toBe(1)
})

test('while the collector is down one probe is under way at a time, with growing pauses, and nothing is lost', async () => {
  const { clock, transport, outbox, troubles, add } = setUp()
  transport.answer = () => DOWN
  for (let index = 0; index < 40; index++) add(`${index}`, 160)
  await clock.advance(20_000)
  expect(transport.mostInFlight).toBeLessThanOrEqual(4)
  const gaps = transport.bodies.map(({ at }) => at).filter((at, index, all) => at !== all[index - 1])
  expect(gaps).toEqual([0, 1000, 3000, 7000, 15_000])
  expect(outbox.failure('traces')).toBe('connection refused')
  expect(outbox.account('traces')).toMatchObject({ created: 6400, pending: 6400, dropped: expect.toBeOneOf([{}]) })

  transport.mostInFlight = 0
  transport.answer = () => ({ kind: 'delivered' })
  await clock.advance(30_000)
  expect(outbox.account('traces')).toMatchObject({ delivered: 6400, pending: 0 })
  expect(transport.accepted).toEqual(Array.from({ length: 40 }, (_, index) => `${index}`))
  expect(outbox.failure('traces')).toBeUndefined()
  expect(troubles.at(-1)).toMatchObject({ kind: 'recovered' })
  expect(clock.pending).toBe(0)
})
