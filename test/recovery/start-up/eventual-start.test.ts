import { describe, expect, test } from 'vitest'
import { EventualStart } from '../../../src/recovery/start-up/eventual-start.ts'
import { refused, unauthorised, waitFor, watch } from './wait-for.ts'

const on = (): AbortSignal => new AbortController().signal

function eventually<T>(open: Parameters<typeof waitFor<T>>[0]) {
  const waiting = waitFor<T>(open, { policy: 'degraded', attemptLimitMs: 30_000 })
  const came: T[] = []
  const start = new EventualStart<T>({ ...waiting, name: 'db', onCame: (value) => came.push(value) })
  return { ...waiting, came, start, eventual: start.eventual }
}

test('what is there is there at once, and nothing is told', async () => {
  const { came, clock, eventual, lines, start } = eventually(() => 'pool')
  const begun = watch(start.begin(on(), 5_000))
  await clock.advance(0)
  expect(begun.isOver).toBe(true)
  expect([eventual.value, eventual.require(), await eventual.ready]).toEqual(['pool', 'pool', 'pool'])
  expect({ came, lines, isUp: start.isUp, value: start.value, pending: clock.pending }).toEqual({
    came: ['pool'],
    lines: [],
    isUp: true,
    value: 'pool',
    pending: 0,
  })
})

test('what comes within the patience of the start is a part of it', async () => {
  const { clock, eventual, lines, start } = eventually((attempt) => {
    if (attempt < 4) throw refused()
    return 'pool'
  })
  const begun = watch(start.begin(on(), 5_000))
  await clock.advance(699)
  expect(begun.isOver).toBe(false)
  await clock.advance(1)
  expect({ isOver: begun.isOver, value: eventual.value }).toEqual({ isOver: true, value: 'pool' })
  expect(lines).toEqual([
    '0 warn startup.waiting: "db" is not there yet: connect ECONNREFUSED 127.0.0.1:5432',
    '700 info startup.came: "db" has come, after 700ms and 4 attempts',
  ])
  expect(clock.pending).toBe(0)
})

test('without it the start goes on after its patience, and it is tried until it comes, however late', async () => {
  const { came, clock, eventual, lines, start } = eventually(() => {
    if (clock.now() < 86_400_000) throw refused()
    return 'pool'
  })
  const begun = watch(start.begin(on(), 5_000))
  await clock.advance(4_999)
  expect(begun.isOver).toBe(false)
  await clock.advance(1)
  expect(begun).toEqual({ isOver: true, value: undefined })
  expect(eventual.value).toBeUndefined()
  expect(() => eventual.require()).toThrow(
    expect.objectContaining({ code: 'SEA_RESOURCE_ABSENT', statusCode: 503, message: '"db" has not come yet' }),
  )
  expect(lines.at(-1)).toMatch(
    /^5000 warn startup\.degraded: the service starts without "db", degraded, until it comes/,
  )
  const ready = watch(eventual.ready)
  await clock.advance(86_400_000)
  expect({ came, ready, value: eventual.value }).toEqual({
    came: ['pool'],
    ready: { isOver: true, value: 'pool' },
    value: 'pool',
  })
  expect(clock.pending).toBe(0)
})

test('what can not pass fails the start, as long as the start waits', async () => {
  const error = unauthorised()
  const { clock, eventual, start } = eventually(() => Promise.reject(error))
  const begun = watch(start.begin(on(), 5_000))
  const ready = watch(eventual.ready)
  await clock.advance(0)
  expect(begun.error).toBe(error)
  expect(ready.error).toBe(error)
  expect(clock.pending).toBe(0)
})

test('a name that another check has fails the start, and nothing goes on behind it', async () => {
  const { begins, clock, news, start } = eventually(() => Promise.reject(refused()))
  news.goesOnWithout = () => {
    throw new Error('there is a check of that name')
  }
  const begun = watch(start.begin(on(), 5_000))
  await clock.advance(5_000)
  expect(begun.error).toMatchObject({ message: 'there is a check of that name' })
  const count = begins.length
  await clock.advance(60_000)
  expect({ count: begins.length, pending: clock.pending }).toEqual({ count, pending: 0 })
})

describe('the end of the service', () => {
  test('during a pause: nothing is tried any more, and whoever waits is told', async () => {
    const { begins, clock, eventual, start } = eventually(() => Promise.reject(refused()))
    void start.begin(on(), 1_000)
    await clock.advance(20_000)
    const count = begins.length
    start.close()
    const ended = watch(start.whenEnded())
    const ready = watch(eventual.ready)
    await clock.advance(0)
    expect(ended.isOver).toBe(true)
    expect(ready.error).toMatchObject({
      code: 'SEA_RESOURCE_ABSENT',
      message: '"db" has not come before the service ended',
    })
    expect(start.isUp).toBe(false)
    await clock.advance(600_000)
    expect({ count: begins.length, pending: clock.pending }).toEqual({ count, pending: 0 })
  })

  test('during an attempt: it is told, and one that comes up all the same is there to be stopped, but not to be used', async () => {
    const { came, clock, eventual, start } = eventually(
      () => new Promise<string>((resolve) => void clock.schedule(10_000, () => resolve('pool'))),
    )
    void start.begin(on(), 1_000)
    await clock.advance(2_000)
    start.close()
    const ended = watch(start.whenEnded())
    await clock.advance(7_999)
    expect(ended.isOver).toBe(false)
    await clock.advance(1)
    expect({ ended: ended.isOver, came, shown: eventual.value, isUp: start.isUp, value: start.value }).toEqual({
      ended: true,
      came: [],
      shown: undefined,
      isUp: true,
      value: 'pool',
    })
    expect(clock.pending).toBe(0)
  })

  test('during its start: the start ends with the attempt', async () => {
    const controller = new AbortController()
    const { clock, start } = eventually(
      (_attempt, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    )
    const begun = watch(start.begin(controller.signal, 5_000))
    await clock.advance(10)
    controller.abort()
    await clock.advance(0)
    expect(begun).toMatchObject({ isOver: true, error: { name: 'AbortError' } })
    expect(clock.pending).toBe(0)
  })

  test('during its start, with an attempt that ignores it: the service is not said to go on without', async () => {
    const controller = new AbortController()
    const { clock, lines, start } = eventually(
      () => new Promise<string>((resolve) => void clock.schedule(10_000, () => resolve('pool'))),
    )
    const begun = watch(start.begin(controller.signal, 5_000))
    await clock.advance(10)
    controller.abort()
    await clock.advance(9_989)
    expect({ isOver: begun.isOver, lines }).toEqual({ isOver: false, lines: [] })
    await clock.advance(1)
    expect({ isOver: begun.isOver, isUp: start.isUp, pending: clock.pending }).toEqual({
      isOver: true,
      isUp: true,
      pending: 0,
    })
  })

  test('what had come stays usable until the end', async () => {
    const { clock, eventual, start } = eventually(() => 'pool')
    void start.begin(on(), 5_000)
    await clock.advance(0)
    start.close()
    expect([eventual.value, eventual.require()]).toEqual(['pool', 'pool'])
  })
})
