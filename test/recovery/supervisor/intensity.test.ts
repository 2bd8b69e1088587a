import { describe, expect, test } from 'vitest'
import { supervise, untilAborted } from './supervise.ts'

/** Fails at once, each time. */
const crash = (): Promise<never> => Promise.reject(new Error('broken'))

test('a crash loop is run once and three times again, and then the service ends, with the counts and the last error', async () => {
  let runs = 0
  const { start, clock, ends, of } = supervise({ relay: { run: () => Promise.reject(new Error(`broken ${++runs}`)) } })
  await start()
  await clock.advance(600_000)
  expect(runs).toBe(4)
  expect(ends).toEqual([
    {
      task: 'relay',
      at: 0,
      error: expect.objectContaining({
        code: 'SEA_TASK_RESTARTS_EXCEEDED',
        message: 'task "relay" failed 4 times within 0ms, and 3 restarts in 1m are allowed. The last error: broken 4',
        cause: expect.objectContaining({ message: 'broken 4' }),
        hint: expect.stringContaining('Mend the last error'),
      }),
    },
  ])
  expect(of('relay').isWanted).toBe(false)
})

test.each([1, 2, 5, 20])(
  'with %i restarts allowed, so many are made and one run more than that',
  async (maxRestarts) => {
    let runs = 0
    const { start, clock, ends } = supervise({
      relay: { group: { maxRestarts }, run: () => (runs++, crash()) },
    })
    await start()
    await clock.advance(600_000)
    expect({ runs, ends: ends.length }).toEqual({ runs: maxRestarts + 1, ends: 1 })
  },
)

test('with none allowed the first failure ends the service with its own error', async () => {
  const { start, ends } = supervise({ relay: { group: { maxRestarts: 0 }, run: crash } })
  await start()
  expect(ends).toEqual([{ task: 'relay', at: 0, error: new Error('broken') }])
})

describe('the window slides', () => {
  /** Fails `everyMs` after its begin. */
  const failing = (everyMs: number) => {
    let runs = 0
    const supervised = supervise({
      relay: {
        run: () =>
          new Promise((_resolve, reject) => {
            runs++
            supervised.clock.schedule(everyMs, () => reject(new Error('broken')))
          }),
      },
    })
    return { ...supervised, runs: () => runs }
  }

  test('failures at 20, 40, 60 and 80 s never have more than three in a minute: the first has left when the fourth comes', async () => {
    const { start, clock, runs, ends } = failing(20_000)
    await start()
    await clock.advance(3_600_000)
    expect({ runs: runs(), ends }).toEqual({ runs: 181, ends: [] })
  })

  test('a millisecond less between them is too often', async () => {
    const { start, clock, runs, ends } = failing(19_999)
    await start()
    await clock.advance(3_600_000)
    expect(runs()).toBe(4)
    expect(ends).toMatchObject([{ at: 4 * 19_999 }])
  })
})

test('each of two tasks without a group has restarts of its own', async () => {
  const runs = { a: 0, b: 0 }
  const failThrice = (name: 'a' | 'b') => () => (++runs[name] <= 3 ? crash() : new Promise(() => {}))
  const { start, clock, ends } = supervise({ a: { run: failThrice('a') }, b: { run: failThrice('b') } })
  await start()
  await clock.advance(1_000)
  expect({ runs, ends }).toEqual({ runs: { a: 4, b: 4 }, ends: [] })
})

test('the tasks of a group share theirs, and the error names group and task', async () => {
  const runs = { a: 0, b: 0 }
  const group = { name: 'mail' }
  const failTwice = (name: 'a' | 'b') => () => (++runs[name] <= 2 ? crash() : new Promise(() => {}))
  const { start, clock, ends } = supervise({
    a: { group, run: failTwice('a') },
    b: { group, run: failTwice('b') },
  })
  await start()
  await clock.advance(1_000)
  // The third restart was being waited for when the fourth failure came.
  expect(runs.a + runs.b).toBe(4)
  expect(ends).toMatchObject([
    { error: { message: expect.stringMatching(/^tasks of the group "mail", at last "[ab]", failed 4 times/) } },
  ])
})

test('two tasks that fail for good end the service once, and the other is restarted no more', async () => {
  const { start, clock, ends, events } = supervise({ a: { run: crash }, b: { run: crash } })
  await start()
  await clock.advance(600_000)
  expect(ends).toHaveLength(1)
  expect(events().filter((event) => event.endsWith('task.escalated'))).toHaveLength(1)
})

test('what fails between the end that was decided and its announcement is told, and neither restarted nor a second end', async () => {
  const failing = Promise.withResolvers<never>()
  const { start, clock, ends, events, of } = supervise({ a: { run: crash }, b: { run: () => failing.promise } })
  await start()
  await clock.advance(1_000)
  expect(ends).toHaveLength(1)
  failing.reject(new Error('broken, too'))
  await clock.advance(600_000)
  expect({ ends: ends.length, runs: of('b').runCount }).toEqual({ ends: 1, runs: 1 })
  expect(events().filter((event) => event.startsWith('b '))).toEqual(['b task.failed'])
})

test('the wait doubles with each failure in a row, up to its bound, and begins anew after a stable run', async () => {
  const begins: number[] = []
  let stableFrom = Infinity
  const supervised = supervise({
    relay: {
      group: { maxRestarts: 100 },
      backoff: { initialMs: 1_000, maxMs: 5_000 },
      stableMs: 10_000,
      run: () => {
        begins.push(supervised.clock.now())
        if (begins.length < stableFrom) return crash()
        return new Promise((_resolve, reject) => supervised.clock.schedule(10_000, () => reject(new Error('later'))))
      },
    },
  })
  stableFrom = 6
  await supervised.start()
  await supervised.clock.advance(17_000 + 10_000 + 1_000)
  expect(begins).toEqual([0, 1_000, 3_000, 7_000, 12_000, 17_000, 28_000])
})

test('a random that gives nonsense or throws makes the wait the longest, never none and never endless', async () => {
  const randoms = [Number.NaN, -1, 7, Infinity]
  const begins: number[] = []
  const supervised = supervise({
    relay: {
      group: { maxRestarts: 5 },
      backoff: {
        initialMs: 1_000,
        maxMs: 1_000,
        random: () => {
          const next = randoms.shift()
          if (next === undefined) throw new Error('no more')
          return next
        },
      },
      run: () => (begins.push(supervised.clock.now()), crash()),
    },
  })
  await supervised.start()
  await supervised.clock.advance(60_000)
  expect(begins).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000])
})

test('nothing is restarted once the shutdown has begun, neither what fails in it nor what waits for its restart', async () => {
  let runs = 0
  const supervised = supervise({
    waiting: { backoff: { initialMs: 5_000 }, run: () => (runs++, crash()) },
    ends: { run: async (call) => untilAborted(call).catch(() => crash()) },
  })
  await supervised.start()
  await supervised.stop()
  await expect(supervised.of('ends').finish()).rejects.toThrow('broken')
  // The report tells it.
  expect(supervised.events()).toEqual(['waiting task.failed'])
  await supervised.of('waiting').finish()
  await supervised.clock.advance(600_000)
  expect({ runs, ends: supervised.ends, pending: supervised.clock.pending }).toEqual({ runs: 1, ends: [], pending: 0 })
})
