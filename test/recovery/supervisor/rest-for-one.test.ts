import { expect, test } from 'vitest'
import type { RunCall } from '../../../src/recovery/supervisor/supervisor-host.ts'
import { supervise, type Told, untilAborted } from './supervise.ts'

const group = { name: 'chain', strategy: 'rest-for-one' } as const

/** Tasks that tell what they do, and fail when `fail` is called. */
function chain(names: readonly string[], over: Readonly<Record<string, Partial<Told>>> = {}) {
  const events: string[] = []
  const fails = new Map<string, (error: Error) => void>()
  const told = names.map((name): [string, Told] => [
    name,
    {
      group,
      run: (call: RunCall) => {
        events.push(`+${name}`)
        const end = new Promise<never>((_resolve, reject) => fails.set(name, reject))
        return Promise.race([end, untilAborted(call)]).finally(() => events.push(`-${name}`))
      },
      ...over[name],
    },
  ])
  const supervised = supervise(Object.fromEntries(told))
  const fail = async (name: string, waitMs = 0): Promise<readonly string[]> => {
    events.length = 0
    fails.get(name)?.(new Error(`${name} broke`))
    await supervised.clock.advance(waitMs)
    return [...events]
  }
  return { ...supervised, told: events, fail }
}

test('the tasks after the one that failed end, the last one first, and begin again in order; those before it go on', async () => {
  const { start, fail, of } = chain(['a', 'b', 'c', 'd'])
  await start()
  expect(await fail('b')).toEqual(['-b', '-d', '-c', '+b', '+c', '+d'])
  expect(['a', 'b', 'c', 'd'].map((name) => of(name).runCount)).toEqual([1, 2, 2, 2])
})

test('it is one restart for the group, however many tasks it concerns', async () => {
  const { start, fail, ends, of } = chain(['a', 'b', 'c'])
  await start()
  for (let round = 0; round < 3; round++) await fail('a')
  expect({ ends, runs: of('c').runCount }).toEqual({ ends: [], runs: 4 })
  await fail('a')
  expect(ends).toHaveLength(1)
})

test('with one-for-one only the task that failed is run again', async () => {
  const over = { group: { name: 'chain', strategy: 'one-for-one' } } as const
  const { start, fail, of } = chain(['a', 'b'], { a: over, b: over })
  await start()
  await fail('a')
  expect([of('a').runCount, of('b').runCount]).toEqual([2, 1])
})

test('the tasks that end with it wait for it, are degraded meanwhile, and say for whom', async () => {
  const { start, fail, degraded } = chain(['a', 'b'], { a: { backoff: { initialMs: 1_000 } } })
  await start()
  expect(await fail('a', 999)).toEqual(['-a', '-b'])
  expect(degraded.get('b')).toBe('waits for the restart of "a"')
  await fail('none', 1)
  expect(degraded.size).toBe(0)
})

test('a failure further up while some wait takes their restart over: nobody is begun twice', async () => {
  const backoff = { initialMs: 1_000 }
  const { start, fail, of, told } = chain(['a', 'b', 'c'], { a: { backoff }, b: { backoff } })
  await start()
  await fail('b', 500)
  expect(await fail('a', 500)).toEqual(['-a'])
  await fail('none', 500)
  expect(told).toEqual(['+a', '+b', '+c'])
  expect(['a', 'b', 'c'].map((name) => of(name).runCount)).toEqual([2, 2, 2])
})

test('a failure of one that is about to be ended is part of the same restart, and cuts nothing off', async () => {
  const slow: Told['run'] = ({ signal }) =>
    new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => void supervised.clock.schedule(500, () => resolve()))
    })
  const supervised = chain(['a', 'b', 'c'], { c: { run: slow } })
  await supervised.start()
  await supervised.fail('a')
  await supervised.fail('b', 500)
  expect(['a', 'b', 'c'].map((name) => supervised.of(name).runCount)).toEqual([2, 2, 2])
  expect(supervised.events().filter((event) => event.endsWith('task.failed'))).toEqual([
    'a task.failed',
    'b task.failed',
  ])
})

test('what is done is not done again, and a temporary task is ended for good', async () => {
  const { start, fail, of } = chain(['a', 'done', 'temporary'], {
    done: { run: async () => {} },
    temporary: { kind: 'temporary' },
  })
  await start()
  expect(await fail('a')).toEqual(['-a', '-temporary', '+a'])
  expect(['a', 'done', 'temporary'].map((name) => of(name).runCount)).toEqual([2, 1, 1])
})

test('one that is started while its chain is restarted begins with the others, and once', async () => {
  const { of, clock, fail, told, events, degraded } = chain(['a', 'b', 'temporary'], {
    a: { backoff: { initialMs: 1_000 } },
    temporary: { kind: 'temporary' },
  })
  of('a').start()
  await fail('a')
  // What it needs has come up just now.
  of('b').start()
  of('temporary').start()
  await clock.advance(999)
  expect(told).toEqual(['-a'])
  await clock.advance(1)
  expect(told).toEqual(['-a', '+a', '+b', '+temporary'])
  expect(['a', 'b', 'temporary'].map((name) => of(name).runCount)).toEqual([2, 1, 1])
  // A first run is no restart.
  expect(events()).toEqual(['a task.failed', 'a task.restarted'])
  expect(degraded.size).toBe(0)
})

test('nor is it told to end when it is started while others still do', async () => {
  const slow: Told['run'] = (call) =>
    untilAborted(call).catch(() => new Promise<void>((resolve) => supervised.clock.schedule(500, () => resolve())))
  const supervised = chain(['a', 'b', 'c'], { b: { kind: 'temporary' }, c: { run: slow } })
  supervised.of('a').start()
  supervised.of('c').start()
  await supervised.fail('a')
  supervised.of('b').start()
  await supervised.clock.advance(500)
  expect(['a', 'b', 'c'].map((name) => supervised.of(name).runCount)).toEqual([2, 1, 2])
})

test('one that is started when the service is about to end does not begin', async () => {
  const { of, clock, fail, told, stop } = chain(['a', 'b'], { a: { backoff: { initialMs: 1_000 } } })
  of('a').start()
  await fail('a')
  of('b').start()
  await stop()
  await clock.advance(60_000)
  expect({ told, pending: clock.pending }).toEqual({ told: ['-a'], pending: 0 })
})

test('a shutdown that comes while some are told to end says nothing more of a restart', async () => {
  const slow: Told['run'] = (call) =>
    untilAborted(call).catch(() => new Promise<void>((resolve) => supervised.clock.schedule(500, () => resolve())))
  const deaf: Told['run'] = () => new Promise(() => {})
  const supervised = chain(['a', 'b', 'c', 'd'], { c: { run: deaf, kind: 'temporary' }, d: { run: slow } })
  await supervised.start()
  await supervised.fail('a')
  supervised.supervisor.close()
  await supervised.clock.advance(60_000)
  expect(supervised.events()).toEqual(['a task.failed'])
  expect([...supervised.degraded.keys()]).toEqual(['a'])
  expect(supervised.ends).toEqual([])
})

test('what one throws while it ends for the restart of another is told, unless it is the abort that it was asked for', async () => {
  const failing: Told['run'] = (call) =>
    untilAborted(call).catch(() => {
      throw new Error('the last batch was not written')
    })
  const aborted: Told['run'] = (call) =>
    untilAborted(call).catch(() => {
      throw new DOMException('what it waited for was aborted', 'AbortError')
    })
  const { start, fail, lines, ends } = chain(['a', 'b', 'c'], { b: { run: failing }, c: { run: aborted } })
  await start()
  await fail('a')
  expect(lines.filter(({ event }) => event === 'task.end_failed')).toEqual([
    {
      task: 'b',
      event: 'task.end_failed',
      message: 'task "b" failed when it was told to end: the last batch was not written',
    },
  ])
  expect(ends).toEqual([])
})

test('one that ignores its signal keeps the whole chain down, and ends the service', async () => {
  const { start, fail, ends, of } = chain(['a', 'deaf'], {
    deaf: { abortLimitMs: 2_000, run: () => new Promise(() => {}) },
  })
  await start()
  await fail('a', 1_999)
  expect([of('a').runCount, ends.length]).toEqual([1, 0])
  await fail('none', 1)
  expect(ends).toMatchObject([{ task: 'deaf', error: { code: 'SEA_TASK_SIGNAL_IGNORED' } }])
  expect(of('a').runCount).toBe(1)
})

test('the log says of each that ends with another for whose sake, and names the one that failed', async () => {
  const { start, fail, lines } = chain(['a', 'b', 'c'])
  await start()
  await fail('b')
  expect(lines.filter(({ event }) => event === 'task.halted')).toEqual([
    { task: 'c', event: 'task.halted', message: 'task "c" ended, because "b" failed' },
  ])
})
