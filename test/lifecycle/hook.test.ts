import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { type HookContext, runHook } from '../../src/lifecycle/hook.ts'

const never = new Promise<never>(() => {})

test('a hook that ends in its slice is done, with how long it took', async () => {
  const clock = new ManualClock()
  const record = runHook(clock, { name: 'db', run: () => sleep(clock, 30) }, 100)
  await clock.advance(30)
  expect(await record).toEqual({ name: 'db', outcome: 'done', tookMs: 30 })
  expect(clock.pending).toBe(0)
})

test('a hook that is no promise is done at once', async () => {
  const clock = new ManualClock()
  expect(await runHook(clock, { name: 'db', run: () => 'whatever' }, 100)).toEqual({
    name: 'db',
    outcome: 'done',
    tookMs: 0,
  })
})

test.each([
  [
    'throws',
    () => {
      throw new RangeError('refused')
    },
  ],
  ['rejects', () => Promise.reject(new RangeError('refused'))],
])('a hook that %s has failed, with the error as it was', async (_how, run) => {
  const record = await runHook(new ManualClock(), { name: 'db', run }, 100)
  expect(record).toEqual({ name: 'db', outcome: 'failed', tookMs: 0, error: new RangeError('refused') })
})

test('a hook that hangs is given up at its limit, not a millisecond before', async () => {
  const clock = new ManualClock()
  let record: unknown
  void runHook(clock, { name: 'db', run: () => never }, 100).then((value) => (record = value))
  await clock.advance(99)
  expect(record).toBeUndefined()
  await clock.advance(1)
  expect(record).toEqual({ name: 'db', outcome: 'timed-out', tookMs: 100 })
})

test('a hook is told its slice, and its signal is aborted when the slice is over', async () => {
  const clock = new ManualClock()
  const told: HookContext[] = []
  const record = runHook(clock, { name: 'db', run: (context) => (told.push(context), never) }, 100)
  await clock.advance(99)
  expect(told[0]).toMatchObject({ limitMs: 100, signal: { aborted: false } })
  await clock.advance(1)
  await record
  expect(told[0]?.signal.aborted).toBe(true)
})

test('a slice that is no whole number of milliseconds is reported as one', async () => {
  const clock = new ManualClock()
  const record = runHook(clock, { name: 'db', run: () => never }, 100 / 3)
  await clock.advance(34)
  expect((await record).tookMs).toBe(33)
})
