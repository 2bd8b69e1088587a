import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { DependencyGraph } from '../../src/lifecycle/dependency-graph.ts'
import type { HookContext } from '../../src/lifecycle/hook.ts'
import { stopInOrder, type Stoppable } from '../../src/lifecycle/stop-in-order.ts'

const never = new Promise<never>(() => {})

interface Definition {
  readonly needs?: readonly string[]
  readonly stop?: Stoppable['stop']
  readonly stopLimitMs?: number
}

function graphOf(definitions: Readonly<Record<string, Definition>>): DependencyGraph<Stoppable> {
  return new DependencyGraph(
    Object.entries(definitions).map(([name, { needs = [], stop = () => {}, stopLimitMs }]) => ({
      name,
      needs,
      stop,
      ...(stopLimitMs === undefined ? {} : { stopLimitMs }),
    })),
  )
}

test('each component stops after everything that needs it, independent ones at the same time', async () => {
  const clock = new ManualClock()
  const events: string[] = []
  const takes = (name: string, ms: number) => async () => {
    events.push(`${name}+`)
    await sleep(clock, ms)
    events.push(`${name}-`)
  }
  const graph = graphOf({
    db: { stop: takes('db', 10) },
    cache: { stop: takes('cache', 5) },
    outbox: { needs: ['db'], stop: takes('outbox', 30) },
    http: { needs: ['db', 'cache'], stop: takes('http', 20) },
  })
  const records = stopInOrder(graph, { clock, budgetMs: 1000 })
  await clock.advance(1000)
  await records
  expect(events).toEqual(['outbox+', 'http+', 'http-', 'cache+', 'cache-', 'outbox-', 'db+', 'db-'])
})

test('the records come in the order of ending, one for each component', async () => {
  const clock = new ManualClock()
  const graph = graphOf({ db: {}, http: { needs: ['db'], stop: () => sleep(clock, 20) }, cache: {} })
  const records = stopInOrder(graph, { clock, budgetMs: 1000 })
  await clock.advance(20)
  expect(await records).toEqual([
    { name: 'cache', outcome: 'done', tookMs: 0 },
    { name: 'http', outcome: 'done', tookMs: 20 },
    { name: 'db', outcome: 'done', tookMs: 0 },
  ])
  expect(clock.pending).toBe(0)
})

test('one that fails stops nobody else, and its error is in the record', async () => {
  const clock = new ManualClock()
  const error = new Error('connection lost')
  const graph = graphOf({ db: {}, http: { needs: ['db'], stop: () => Promise.reject(error) } })
  expect(await stopInOrder(graph, { clock, budgetMs: 1000 })).toEqual([
    { name: 'http', outcome: 'failed', tookMs: 0, error },
    { name: 'db', outcome: 'done', tookMs: 0 },
  ])
})

test('one that hangs costs only its own share of the budget', async () => {
  const clock = new ManualClock()
  const graph = graphOf({ db: {}, queue: { needs: ['db'], stop: () => never } })
  const records = stopInOrder(graph, { clock, budgetMs: 1000 })
  await clock.advance(500)
  expect(await records).toEqual([
    { name: 'queue', outcome: 'timed-out', tookMs: 500 },
    { name: 'db', outcome: 'done', tookMs: 0 },
  ])
})

test('when all of a chain hang, each has an equal share, and together they take the budget and no more', async () => {
  const clock = new ManualClock()
  const told: number[] = []
  const stop = ({ limitMs }: HookContext) => {
    told.push(limitMs)
    return never
  }
  const graph = graphOf({
    a: { needs: ['b'], stop },
    b: { needs: ['c'], stop },
    c: { needs: ['d'], stop },
    d: { stop },
  })
  const records = stopInOrder(graph, { clock, budgetMs: 1000 })
  await clock.advance(1000)
  expect((await records).map(({ tookMs }) => tookMs)).toEqual([250, 250, 250, 250])
  expect(told).toEqual([250, 250, 250, 250])
})

test('what one does not use is left to those after it', async () => {
  const clock = new ManualClock()
  const graph = graphOf({ http: { needs: ['db'], stop: () => sleep(clock, 100) }, db: { stop: () => never } })
  const records = stopInOrder(graph, { clock, budgetMs: 1000 })
  await clock.advance(1000)
  expect(await records).toMatchObject([{ name: 'http' }, { name: 'db', outcome: 'timed-out', tookMs: 900 }])
})

test('a hang beside a chain takes nothing from the chain', async () => {
  const clock = new ManualClock()
  const graph = graphOf({ lone: { stop: () => never }, http: { needs: ['db'] }, db: { stop: () => sleep(clock, 900) } })
  const records = stopInOrder(graph, { clock, budgetMs: 1000 })
  await clock.advance(1000)
  expect(await records).toMatchObject([
    { name: 'http', outcome: 'done' },
    { name: 'db', outcome: 'done', tookMs: 900 },
    { name: 'lone', outcome: 'timed-out', tookMs: 1000 },
  ])
})

test('a limit of its own cuts the share, and never raises it', async () => {
  const clock = new ManualClock()
  const graph = graphOf({
    short: { stop: () => never, stopLimitMs: 50 },
    long: { stop: () => never, stopLimitMs: 9999 },
  })
  const records = stopInOrder(graph, { clock, budgetMs: 1000 })
  await clock.advance(1000)
  expect(await records).toEqual([
    { name: 'short', outcome: 'timed-out', tookMs: 50 },
    { name: 'long', outcome: 'timed-out', tookMs: 1000 },
  ])
})

test('a component that needs several is waited for by each of them', async () => {
  const clock = new ManualClock()
  const stopped: string[] = []
  const graph = graphOf({
    db: { stop: () => stopped.push('db') },
    cache: { stop: () => stopped.push('cache') },
    http: { needs: ['db', 'cache'], stop: () => sleep(clock, 10).then(() => stopped.push('http')) },
  })
  const records = stopInOrder(graph, { clock, budgetMs: 100 })
  await clock.advance(10)
  await records
  expect(stopped).toEqual(['http', 'db', 'cache'])
})

test('with no time at all, every stop is still called', async () => {
  const clock = new ManualClock()
  const called: string[] = []
  const graph = graphOf({
    http: { needs: ['db'], stop: () => called.push('http') },
    db: { stop: () => (called.push('db'), never) },
  })
  const records = stopInOrder(graph, { clock, budgetMs: 0 })
  await clock.advance(0)
  expect(await records).toMatchObject([{ name: 'http' }, { name: 'db', outcome: 'timed-out', tookMs: 0 }])
  expect(called).toEqual(['http', 'db'])
})

test('each hook can be wrapped, as tracing does', async () => {
  const clock = new ManualClock()
  const seen: string[] = []
  await stopInOrder(graphOf({ db: {}, http: { needs: ['db'] } }), {
    clock,
    budgetMs: 1000,
    around: async (hook, run) => {
      seen.push(`${hook.name}+`)
      const record = await run()
      seen.push(`${hook.name}-`)
      return record
    },
  })
  expect(seen).toEqual(['http+', 'http-', 'db+', 'db-'])
})

test('with nothing to stop, it is over at once', async () => {
  expect(await stopInOrder(graphOf({}), { clock: new ManualClock(), budgetMs: 1000 })).toEqual([])
})
