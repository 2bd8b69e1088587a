import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'

test('it stands still until it is moved', async () => {
  const clock = new ManualClock()
  let calls = 0
  clock.schedule(0, () => calls++)
  await new Promise((resolve) => setImmediate(resolve))
  expect(clock.now()).toBe(0)
  expect(calls).toBe(0)
})

test('a call is made when its time has come, not a millisecond before', async () => {
  const clock = new ManualClock()
  const calledAt: number[] = []
  clock.schedule(30, () => calledAt.push(clock.now()))
  await clock.advance(29)
  expect(calledAt).toEqual([])
  await clock.advance(1)
  expect(calledAt).toEqual([30])
  await clock.advance(100)
  expect(calledAt).toEqual([30])
})

test('calls are made in order of their time, then in the order in which they were scheduled', async () => {
  const clock = new ManualClock()
  const order: string[] = []
  clock.schedule(20, () => order.push('late'))
  clock.schedule(10, () => order.push('first of two'))
  clock.schedule(10, () => order.push('second of two'))
  await clock.advance(20)
  expect(order).toEqual(['first of two', 'second of two', 'late'])
})

test('what a call schedules is made in the same move, at its own time', async () => {
  const clock = new ManualClock()
  const calledAt: number[] = []
  clock.schedule(10, () => clock.schedule(5, () => calledAt.push(clock.now())))
  await clock.advance(20)
  expect(calledAt).toEqual([15])
  expect(clock.now()).toBe(20)
})

test('promises that a call settles run on before the next call', async () => {
  const clock = new ManualClock()
  const order: string[] = []
  clock.schedule(10, () => {
    void Promise.resolve()
      .then(() => undefined)
      .then(() => order.push('promise'))
  })
  clock.schedule(10, () => order.push('next call'))
  await clock.advance(10)
  expect(order).toEqual(['promise', 'next call'])
})

test('a cancelled call is never made; to cancel again, or too late, does no harm', async () => {
  const clock = new ManualClock()
  let calls = 0
  const cancel = clock.schedule(10, () => calls++)
  cancel()
  cancel()
  const late = clock.schedule(1, () => calls++)
  await clock.advance(10)
  late()
  expect(calls).toBe(1)
})

test('it counts what still waits', async () => {
  const clock = new ManualClock()
  const cancel = clock.schedule(10, () => {})
  clock.schedule(20, () => {})
  expect(clock.pending).toBe(2)
  cancel()
  expect(clock.pending).toBe(1)
  await clock.advance(20)
  expect(clock.pending).toBe(0)
})

test('a negative delay is due at once', async () => {
  const clock = new ManualClock()
  let calls = 0
  clock.schedule(-5, () => calls++)
  await clock.advance(0)
  expect(calls).toBe(1)
})
