import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { settleWithin, sleep } from '../../src/core/wait.ts'

const never = new Promise<never>(() => {})

test('a sleep ends when its time is over, not a millisecond before', async () => {
  const clock = new ManualClock()
  let awake = false
  void sleep(clock, 100).then(() => (awake = true))
  await clock.advance(99)
  expect(awake).toBe(false)
  await clock.advance(1)
  expect(awake).toBe(true)
})

test('an aborted sleep ends at once, without an error, and leaves nothing behind', async () => {
  const clock = new ManualClock()
  const controller = new AbortController()
  const sleeping = sleep(clock, 100, { signal: controller.signal })
  controller.abort(new Error('no matter'))
  await expect(sleeping).resolves.toBeUndefined()
  expect(clock.pending).toBe(0)
})

test('with a signal that is aborted already, nothing is scheduled', async () => {
  const clock = new ManualClock()
  await sleep(clock, 100, { signal: AbortSignal.abort() })
  expect(clock.pending).toBe(0)
})

test('a sleep that ran its time no longer listens to its signal', async () => {
  const clock = new ManualClock()
  const controller = new AbortController()
  const added: string[] = []
  const { signal } = controller
  const removeEventListener = signal.removeEventListener.bind(signal)
  signal.removeEventListener = (type: string, ...rest: [never]) => {
    added.push(type)
    removeEventListener(type, ...rest)
  }
  const sleeping = sleep(clock, 100, { signal })
  await clock.advance(100)
  await sleeping
  expect(added).toEqual(['abort'])
})

test('work that ends in time gives its value and how long it took', async () => {
  const clock = new ManualClock()
  const settled = settleWithin(clock, 100, async () => {
    await sleep(clock, 40)
    return 'value'
  })
  await clock.advance(40)
  expect(await settled).toEqual({ outcome: 'done', value: 'value', tookMs: 40 })
  expect(clock.pending).toBe(0)
})

test('work that is no promise is done at once', async () => {
  const clock = new ManualClock()
  expect(await settleWithin(clock, 100, () => 7)).toEqual({ outcome: 'done', value: 7, tookMs: 0 })
  expect(clock.pending).toBe(0)
})

test.each([
  [
    'throws',
    () => {
      throw new RangeError('x')
    },
  ],
  ['rejects', () => Promise.reject(new RangeError('x'))],
])('work that %s has failed, with its error as it was', async (_how, work) => {
  const clock = new ManualClock()
  expect(await settleWithin(clock, 100, work)).toEqual({ outcome: 'failed', error: new RangeError('x'), tookMs: 0 })
  expect(clock.pending).toBe(0)
})

test('work that hangs is given up at the limit, not a millisecond before', async () => {
  const clock = new ManualClock()
  let settled: unknown
  void settleWithin(clock, 100, () => never).then((value) => (settled = value))
  await clock.advance(99)
  expect(settled).toBeUndefined()
  await clock.advance(1)
  expect(settled).toEqual({ outcome: 'timed-out', tookMs: 100 })
})

test('the signal is aborted at the limit with the reason, and never for work that ended', async () => {
  const clock = new ManualClock()
  const signals: AbortSignal[] = []
  const hanging = settleWithin(clock, 100, (signal) => {
    signals.push(signal)
    return never
  })
  const quick = settleWithin(clock, 100, (signal) => void signals.push(signal))
  await clock.advance(100)
  await Promise.all([hanging, quick])
  expect(signals[0]?.reason).toMatchObject({ name: 'TimeoutError', message: 'No end after 100 ms' })
  expect(signals[1]?.aborted).toBe(false)
})

test('a rejection after the limit is dropped: it is no unhandled rejection', async () => {
  const unhandled: unknown[] = []
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', onUnhandled)
  const clock = new ManualClock()
  let fail = (_error: Error): void => {}
  const settled = settleWithin(clock, 10, () => new Promise((_resolve, reject) => (fail = reject)))
  await clock.advance(10)
  expect((await settled).outcome).toBe('timed-out')
  fail(new Error('late'))
  await clock.advance(1)
  process.off('unhandledRejection', onUnhandled)
  expect(unhandled).toEqual([])
})

test('with no time at all, work that is done already still counts as done', async () => {
  const clock = new ManualClock()
  const settled = settleWithin(clock, 0, () => 'value')
  await clock.advance(0)
  expect(await settled).toMatchObject({ outcome: 'done' })
})
