import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { MAX_LISTED_WORK } from '../../src/lifecycle/open-work.ts'
import { endReason, WorkLedger } from '../../src/lifecycle/work-ledger.ts'

const never = (): Promise<never> => new Promise(() => {})

test('work is in flight until its promise settles, and its result is the caller’s', async () => {
  const ledger = new WorkLedger(new ManualClock())
  const { promise, resolve } = Promise.withResolvers<number>()
  const result = ledger.run('sum', () => promise)
  expect(ledger.inFlight).toBe(1)
  resolve(42)
  expect(await result).toBe(42)
  expect(ledger.inFlight).toBe(0)
  expect(ledger.totals).toEqual({ started: 1, done: 1, failed: 0, interrupted: 0, abandoned: 0 })
})

test.each([
  [
    'throws',
    () => {
      throw new Error('no')
    },
  ],
  ['rejects', () => Promise.reject(new Error('no'))],
])('work that %s is over, counted as failed, and its error is the caller’s', async (_way, work) => {
  const ledger = new WorkLedger(new ManualClock())
  await expect(ledger.run('x', work)).rejects.toThrow('no')
  expect(ledger.inFlight).toBe(0)
  expect(ledger.totals).toMatchObject({ started: 1, failed: 1, interrupted: 0 })
})

test('work that fails after the soft deadline was interrupted', async () => {
  const ledger = new WorkLedger(new ManualClock())
  const work = ledger.run(
    'x',
    ({ signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
  )
  ledger.abort(endReason('mails'))
  await expect(work).rejects.toThrow('"mails" is shutting down')
  expect(ledger.totals).toMatchObject({ failed: 1, interrupted: 1 })
})

test('open work is listed by age, the oldest first, with names of a bounded length', async () => {
  const clock = new ManualClock()
  const ledger = new WorkLedger(clock)
  void ledger.run('first', never)
  await clock.advance(100)
  void ledger.run('x'.repeat(1000), never)
  await clock.advance(20)
  expect(ledger.openWork()).toEqual([
    { kind: 'job', name: 'first', ageMs: 120 },
    { kind: 'job', name: 'x'.repeat(256), ageMs: 20 },
  ])
})

test('what waits for the end of all work is told when the last piece ends', async () => {
  const ledger = new WorkLedger(new ManualClock())
  const jobs = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  for (const { promise } of jobs) void ledger.run('x', () => promise)
  let isEmpty = false
  const empty = ledger.whenEmpty().then(() => (isEmpty = true))
  jobs[0]?.resolve()
  await new Promise(setImmediate)
  expect(isEmpty).toBe(false)
  jobs[1]?.resolve()
  await empty
  await ledger.whenEmpty()
})

test('what is abandoned is counted once, even if it ends later, and at most a few are listed', async () => {
  const ledger = new WorkLedger(new ManualClock())
  const late = Promise.withResolvers<void>()
  const first = ledger.run('late', () => late.promise)
  for (let count = 0; count < MAX_LISTED_WORK; count++) void ledger.run('x', never)
  const left = ledger.abandon()
  expect(left).toHaveLength(MAX_LISTED_WORK)
  expect(left[0]).toMatchObject({ name: 'late' })
  late.resolve()
  await first
  expect(ledger.totals).toEqual({ started: 21, done: 0, failed: 0, interrupted: 0, abandoned: 21 })
  expect(ledger.inFlight).toBe(0)
  expect(ledger.abandon()).toEqual([])
})

test('a closed ledger begins nothing, and says so', async () => {
  const ledger = new WorkLedger(new ManualClock())
  ledger.close()
  let isBegun = false
  await expect(ledger.run('late', () => (isBegun = true))).rejects.toMatchObject({
    code: 'SEA_WORK_REFUSED',
    message: '"late" was to begin when the service no longer waited for work',
  })
  expect({ isBegun, started: ledger.totals.started }).toEqual({ isBegun: false, started: 0 })
})
