import { describe, expect, test } from 'vitest'
import type { RunCall } from '../../../src/recovery/supervisor/supervisor-host.ts'
import { supervise, untilAborted } from './supervise.ts'

const ONCE = { group: { maxRestarts: 1 } }

test.each([
  [
    'throws before it returns a promise',
    () => {
      throw new Error('at once')
    },
    'at once',
  ],
  ['rejects', () => Promise.reject(new Error('by promise')), 'by promise'],
  // oxlint-disable-next-line typescript/prefer-promise-reject-errors
  ['rejects with undefined', () => Promise.reject(undefined), 'undefined'],
  ['rejects with an abort that nobody asked for', () => Promise.reject(new DOMException('gone', 'AbortError')), 'gone'],
])('a run that %s has failed: it is restarted, and told with what it threw', async (_what, run, message) => {
  const { start, clock, ends, events, of } = supervise({ relay: { ...ONCE, run } })
  await start()
  await clock.advance(1_000)
  expect(of('relay').runCount).toBe(2)
  expect(events()).toEqual(['relay task.failed', 'relay task.restarted', 'relay task.escalated'])
  expect(ends).toMatchObject([{ error: { message: expect.stringContaining(`The last error: ${message}`) } }])
})

describe('a run that ends well at once', () => {
  const run = async (): Promise<void> => {}

  test.each(['transient', 'temporary'] as const)('is the end of a %s task, and no failure', async (kind) => {
    const { start, clock, ends, events, of } = supervise({ relay: { kind, run } })
    await start()
    await clock.advance(600_000)
    expect({ runs: of('relay').runCount, ends }).toEqual({ runs: 1, ends: [] })
    expect(events()).toEqual(['relay task.done'])
  })

  test('is a failure of a permanent one', async () => {
    const { start, clock, ends, of } = supervise({ relay: { kind: 'permanent', ...ONCE, run } })
    await start()
    await clock.advance(1_000)
    expect(of('relay').runCount).toBe(2)
    expect(ends).toMatchObject([{ error: { code: 'SEA_TASK_RESTARTS_EXCEEDED', cause: { code: 'SEA_TASK_ENDED' } } }])
  })
})

test('a temporary task that fails is told, run no more, and ends nothing', async () => {
  const { start, clock, ends, events, of } = supervise({
    relay: { kind: 'temporary', run: () => Promise.reject(new Error('broken')) },
  })
  await start()
  await clock.advance(600_000)
  expect({ runs: of('relay').runCount, ends }).toEqual({ runs: 1, ends: [] })
  expect(events()).toEqual(['relay task.failed'])
})

test('a task is degraded from its failure until it runs again, and the message says why', async () => {
  let runs = 0
  const { start, clock, degraded } = supervise({
    relay: {
      backoff: { initialMs: 500 },
      run: () => (++runs === 1 ? Promise.reject(new Error('broken')) : new Promise(() => {})),
    },
  })
  await start()
  expect([...degraded]).toEqual([['relay', 'failed and waits for its restart: broken']])
  await clock.advance(499)
  expect(degraded.size).toBe(1)
  await clock.advance(1)
  expect({ degraded: [...degraded], runs }).toEqual({ degraded: [], runs: 2 })
})

test.each([
  ['with the abort that it was asked for', 'AbortError', true],
  ['because the time of something is over', 'TimeoutError', false],
])('a run that ends in a shutdown %s has failed unless it is that', async (_what, name, isWell) => {
  const { start, stop, of } = supervise({
    relay: {
      run: (call) => untilAborted(call).catch(() => Promise.reject(new DOMException('it did not end well', name))),
    },
  })
  await start()
  await stop()
  const end = await of('relay')
    .finish()
    .then(
      () => 'well',
      (error: unknown) => String(error),
    )
  expect(end).toBe(isWell ? 'well' : `${name}: it did not end well`)
})

describe('a run without progress', () => {
  test('is aborted with the reason, has failed, and is run again once it has ended', async () => {
    const reasons: unknown[] = []
    const { start, clock, events, of } = supervise({
      relay: {
        stallMs: 5_000,
        run: async (call) => {
          call.progress()
          await untilAborted(call).catch((error: unknown) => reasons.push(error))
        },
      },
    })
    await start()
    await clock.advance(4_999)
    expect(events()).toEqual([])
    await clock.advance(1)
    expect(events()).toEqual(['relay task.failed', 'relay task.restarted'])
    expect(of('relay').runCount).toBe(2)
    expect(reasons).toMatchObject([
      {
        code: 'SEA_TASK_STALLED',
        message: 'task "relay" made no progress for 5s in run 1',
        hint: expect.stringContaining('progress()'),
      },
    ])
  })

  test('is left alone as long as it says that it gets on, exactly', async () => {
    let call: RunCall | undefined
    const { start, clock, of } = supervise({
      relay: { stallMs: 5_000, run: (own) => ((call = own), untilAborted(own)) },
    })
    await start()
    for (let round = 0; round < 10; round++) {
      await clock.advance(4_999)
      call?.progress()
    }
    expect(of('relay').runCount).toBe(1)
    await clock.advance(4_999)
    expect(of('relay').runCount).toBe(1)
    await clock.advance(1)
    expect(of('relay').runCount).toBe(2)
  })

  test('that ends is watched no more', async () => {
    const { start, clock } = supervise({ relay: { stallMs: 5_000, run: async () => {} } })
    await start()
    expect(clock.pending).toBe(0)
  })
})

describe('a run that ignores its signal', () => {
  const stubborn = (over: { readonly mayOverlap?: boolean } = {}) =>
    supervise({
      relay: { stallMs: 1_000, abortLimitMs: 2_000, ...over, run: () => new Promise(() => {}) },
    })

  test('is never joined by a second one: the service ends, naming it', async () => {
    const { start, clock, ends, of, degraded } = stubborn()
    await start()
    await clock.advance(2_999)
    expect({ ends, runs: of('relay').runCount, degraded: degraded.size }).toEqual({ ends: [], runs: 1, degraded: 1 })
    await clock.advance(600_000)
    expect(of('relay').runCount).toBe(1)
    expect(ends).toMatchObject([
      {
        task: 'relay',
        at: 3_000,
        error: {
          code: 'SEA_TASK_SIGNAL_IGNORED',
          message: 'task "relay" is to be restarted, and run 1 has not ended 2s after its signal was aborted',
        },
      },
    ])
  })

  test('is joined by a second one where the definition says so, and both are named at the shutdown', async () => {
    const { start, clock, ends, of, stop, events } = stubborn({ mayOverlap: true })
    await start()
    await clock.advance(3_000)
    expect({ ends, runs: of('relay').runCount }).toEqual({ ends: [], runs: 2 })
    expect(events()).toContain('relay task.signal_ignored')
    await stop()
    expect(of('relay').unended()).toEqual(['task "relay"', 'task "relay", run 1'])
  })

  test('has at most ten others beside it, however often it may be restarted', async () => {
    const { start, clock, ends, of } = supervise({
      relay: {
        group: { maxRestarts: 100 },
        stallMs: 100,
        abortLimitMs: 100,
        mayOverlap: true,
        run: () => new Promise(() => {}),
      },
    })
    await start()
    await clock.advance(60_000)
    expect(of('relay').runCount).toBe(11)
    expect(ends).toMatchObject([{ error: { code: 'SEA_TASK_SIGNAL_IGNORED' } }])
  })

  test('is watched no more once it was told to end', async () => {
    const { start, stop, clock } = supervise({ relay: { stallMs: 5_000, run: () => new Promise(() => {}) } })
    await start()
    const { pending } = clock
    await stop()
    expect(clock.pending).toBe(pending - 1)
  })

  test('is named once where the shutdown comes before the second one has begun', async () => {
    const { start, clock, of, stop } = supervise({
      relay: {
        stallMs: 1_000,
        abortLimitMs: 2_000,
        mayOverlap: true,
        backoff: { initialMs: 10_000 },
        run: () => new Promise(() => {}),
      },
    })
    await start()
    await clock.advance(5_000)
    await stop()
    expect(of('relay').unended()).toEqual(['task "relay"'])
  })

  test('and fails late is told with what it threw; one that throws the reason of its signal is not told twice', async () => {
    const late = new Error('the disk is full')
    const ways = [() => late, (signal: AbortSignal) => signal.reason as Error]
    const supervised = supervise({
      relay: {
        stallMs: 1_000,
        run: ({ signal, runNumber }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => reject((ways[runNumber - 1] ?? (() => late))(signal)))
          }),
      },
    })
    await supervised.start()
    await supervised.clock.advance(2_000)
    expect(supervised.lines.filter(({ event }) => event === 'task.end_failed')).toEqual([
      {
        task: 'relay',
        event: 'task.end_failed',
        message: 'task "relay" failed when it was told to end: the disk is full',
      },
    ])
  })

  test('and ends late after all is waited for by its restart, and by nothing longer', async () => {
    let runs = 0
    const supervised = supervise({
      relay: {
        stallMs: 1_000,
        abortLimitMs: 2_000,
        run: () =>
          ++runs > 1
            ? new Promise(() => {})
            : new Promise<void>((resolve) => supervised.clock.schedule(2_500, () => resolve())),
      },
    })
    await supervised.start()
    await supervised.clock.advance(2_499)
    expect(runs).toBe(1)
    await supervised.clock.advance(1)
    expect({ runs, ends: supervised.ends }).toEqual({ runs: 2, ends: [] })
  })
})

describe('an interval', () => {
  test('runs at the start and then at each beat, without drift, and leaves out what a long run covers', async () => {
    const begins: number[] = []
    const lasts = [0, 300, 2_500]
    const supervised = supervise({
      sweep: {
        everyMs: 1_000,
        run: () => {
          begins.push(supervised.clock.now())
          return new Promise<void>((resolve) => supervised.clock.schedule(lasts.shift() ?? 0, () => resolve()))
        },
      },
    })
    await supervised.start()
    await supervised.clock.advance(6_500)
    expect(begins).toEqual([0, 1_000, 2_000, 5_000, 6_000])
    await supervised.stop()
    await supervised.clock.advance(60_000)
    expect({ runs: begins.length, pending: supervised.clock.pending }).toEqual({ runs: 5, pending: 0 })
  })

  test('that fails is restarted by its back-off and keeps its beat; a run that ended well begins the count anew', async () => {
    const begins: number[] = []
    const failing = new Set([2, 3, 5])
    const supervised = supervise({
      sweep: {
        everyMs: 10_000,
        backoff: { initialMs: 1_000 },
        run: async () => {
          begins.push(supervised.clock.now())
          if (failing.has(begins.length)) throw new Error('broken')
        },
      },
    })
    await supervised.start()
    await supervised.clock.advance(30_500)
    expect(begins).toEqual([0, 10_000, 11_000, 13_000, 20_000, 21_000, 30_000])
  })
})
