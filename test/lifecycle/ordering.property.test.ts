import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { sleep } from '../../src/core/wait.ts'
import { DependencyGraph } from '../../src/lifecycle/dependency-graph.ts'
import { startInOrder } from '../../src/lifecycle/start-in-order.ts'
import { stopInOrder } from '../../src/lifecycle/stop-in-order.ts'

/** How a start or a stop goes: at once or after a while, well or not, or never. */
type Course = { readonly kind: 'done' | 'failed'; readonly afterMs: number } | { readonly kind: 'hangs' }

const course: fc.Arbitrary<Course> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('done' as const), afterMs: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failed' as const), afterMs: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'hangs' as const }) },
)

interface Component {
  readonly name: string
  readonly needs: readonly string[]
  readonly start: Course
  readonly stop: Course
  readonly stopLimitMs: number | undefined
}

/** Any graph without circles: each component needs some of those before it; then shuffled, because order must not matter. */
const components: fc.Arbitrary<readonly Component[]> = fc
  .array(
    fc.record({
      picks: fc.array(fc.nat(), { maxLength: 3 }),
      start: course,
      stop: course,
      stopLimitMs: fc.option(fc.integer({ min: 1, max: 800 }), { nil: undefined }),
    }),
    { maxLength: 9 },
  )
  .map((drafts) =>
    drafts.map(({ picks, ...rest }, at) => ({
      name: `c${at}`,
      needs: at === 0 ? [] : [...new Set(picks.map((pick) => `c${pick % at}`))],
      ...rest,
    })),
  )
  .chain((list) => fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }))

/** One voyage on a clock of its own: everything that began and ended, and when. */
class Voyage {
  readonly clock = new ManualClock()
  readonly began = new Map<string, number>()
  readonly beganCount = new Map<string, number>()
  readonly ended = new Map<string, number>()

  async run(name: string, course: Course): Promise<void> {
    this.began.set(name, this.clock.now())
    this.beganCount.set(name, (this.beganCount.get(name) ?? 0) + 1)
    if (course.kind === 'hangs') return new Promise(() => {})
    await sleep(this.clock, course.afterMs)
    this.ended.set(name, this.clock.now())
    if (course.kind === 'failed') throw new Error(`${name} failed`)
  }

  async sail<T>(work: Promise<T>, budgetMs: number): Promise<{ readonly value: T; readonly tookMs: number }> {
    let tookMs = Number.NaN
    const finished = work.then((value) => {
      tookMs = this.clock.now()
      return value
    })
    await this.clock.advance(budgetMs + 1)
    return { value: await finished, tookMs }
  }
}

const budget = fc.integer({ min: 0, max: 2000 })

test('whatever the stops do: each is called once, never before all that need it are over, within the budget', async () => {
  await fc.assert(
    fc.asyncProperty(components, budget, async (list, budgetMs) => {
      const voyage = new Voyage()
      const over = new Map<string, number>()
      const limits = new Map<string, number>()
      const graph = new DependencyGraph(
        list.map(({ name, needs, stop, stopLimitMs }) => ({
          name,
          needs,
          ...(stopLimitMs === undefined ? {} : { stopLimitMs }),
          stop: ({ limitMs }: { limitMs: number }) => {
            limits.set(name, limitMs)
            return voyage.run(name, stop)
          },
        })),
      )
      const stopping = stopInOrder(graph, {
        clock: voyage.clock,
        budgetMs,
        around: async (hook, run) => {
          const record = await run()
          over.set(hook.name, voyage.clock.now())
          return record
        },
      })
      const { value: records, tookMs } = await voyage.sail(stopping, budgetMs)

      expect(records.map(({ name }) => name).toSorted()).toEqual(list.map(({ name }) => name).toSorted())
      // Fractions of a millisecond that division leaves over.
      expect(tookMs).toBeLessThanOrEqual(budgetMs + 1e-6)
      expect(voyage.clock.pending).toBe(list.filter(({ name }) => isStillRunning(voyage, list, name)).length)
      const deepest = Math.max(0, ...list.map(({ name }) => graph.depth(name)))
      for (const { name, needs, stop, stopLimitMs } of list) {
        expect(voyage.beganCount.get(name)).toBe(1)
        for (const need of needs) expect(voyage.began.get(need)).toBeGreaterThanOrEqual(over.get(name) ?? Infinity)
        // Nobody gets less than an equal share for each step of the longest chain.
        const limitMs = limits.get(name) ?? Number.NaN
        expect(limitMs).toBeGreaterThanOrEqual(Math.min(stopLimitMs ?? Infinity, budgetMs / deepest) - 1e-6)
        const record = records.find((each) => each.name === name)
        if (stop.kind === 'hangs' || stop.afterMs > limitMs) expect(record?.outcome).toBe('timed-out')
        else if (stop.afterMs < limitMs) expect(record?.outcome).toBe(stop.kind)
      }
    }),
    { numRuns: 200 },
  )
})

/** A stop that was given up may go on by itself; its own timer is then no leak of ours. */
function isStillRunning(voyage: Voyage, list: readonly Component[], name: string): boolean {
  const stop = list.find((component) => component.name === name)?.stop
  return stop?.kind !== 'hangs' && !voyage.ended.has(name)
}

test('whatever the starts do: each begins once at most, only when its needs are up, and the list to roll back is exact', async () => {
  await fc.assert(
    fc.asyncProperty(
      components,
      budget,
      fc.option(fc.nat(1000), { nil: undefined }),
      async (list, budgetMs, giveUpAtMs) => {
        const voyage = new Voyage()
        const giveUp = new AbortController()
        if (giveUpAtMs !== undefined) voyage.clock.schedule(giveUpAtMs, () => giveUp.abort())
        const up = new Set<string>()
        const tooEarly: string[] = []
        const graph = new DependencyGraph(
          list.map(({ name, needs, start }) => ({
            name,
            needs,
            startLimitMs: 700,
            start: async () => {
              for (const need of needs) if (!up.has(need)) tooEarly.push(`${name} before ${need}`)
              await voyage.run(name, start)
            },
          })),
        )
        const starting = startInOrder(graph, {
          clock: voyage.clock,
          budgetMs,
          signal: giveUp.signal,
          onStarted: (name) => up.add(name),
        })
        const { value: result, tookMs } = await voyage.sail(starting, budgetMs)

        expect(tookMs).toBeLessThanOrEqual(budgetMs)
        expect(tooEarly).toEqual([])
        for (const { name } of list) expect(voyage.beganCount.get(name) ?? 0).toBeLessThanOrEqual(1)
        expect(new Set(result.started)).toEqual(up)
        if (result.ok) {
          expect(result.started).toHaveLength(list.length)
          return
        }
        // Everything that began is accounted for: up, late, or failed. Nothing can be forgotten in a roll-back.
        for (const [name] of voyage.began) {
          const { start } = list.find((component) => component.name === name) ?? {}
          const accounted = up.has(name) || result.late.has(name) || start?.kind === 'failed'
          expect(accounted).toBe(true)
        }
        for (const name of result.late.keys()) expect(up.has(name)).toBe(false)
        for (const name of result.started) for (const need of graph.needs(name)) expect(up).toContain(need.name)
      },
    ),
    { numRuns: 200 },
  )
})

test('a start that fails and is rolled back stops exactly what had started, each once, in reverse', async () => {
  await fc.assert(
    fc.asyncProperty(components, async (list) => {
      const voyage = new Voyage()
      const budgetMs = 5000
      const graph = new DependencyGraph(
        list.map(({ name, needs, start }) => ({
          name,
          needs,
          startLimitMs: 700,
          start: () => voyage.run(`start ${name}`, start),
          stop: () => voyage.run(`stop ${name}`, { kind: 'done', afterMs: 0 }),
        })),
      )
      const { signal } = new AbortController()
      const { value: result } = await voyage.sail(
        startInOrder(graph, { clock: voyage.clock, budgetMs, signal }),
        budgetMs,
      )
      const started = result.started.flatMap((name) => graph.nodes.get(name) ?? [])
      // A graph of those that started is whole: what they need has started, too.
      const records = await voyage.sail(
        stopInOrder(new DependencyGraph(started), { clock: voyage.clock, budgetMs: 1000 }),
        1000,
      )
      const stopped = records.value.map(({ name }) => name)
      expect(stopped.toSorted()).toEqual(result.started.toSorted())
      for (const node of started) {
        for (const need of node.needs) expect(stopped.indexOf(need)).toBeGreaterThan(stopped.indexOf(node.name))
      }
    }),
    { numRuns: 100 },
  )
})
