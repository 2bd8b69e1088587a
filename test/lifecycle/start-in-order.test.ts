import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { isSeaworthyError, SeaworthyError } from '../../src/core/seaworthy-error.ts'
import { sleep } from '../../src/core/wait.ts'
import { DependencyGraph } from '../../src/lifecycle/dependency-graph.ts'
import {
  startInOrder,
  type Startable,
  type StartContext,
  type StartResult,
} from '../../src/lifecycle/start-in-order.ts'

const never = new Promise<never>(() => {})

interface Definition {
  readonly needs?: readonly string[]
  readonly start?: Startable['start']
  readonly startLimitMs?: number
}

/** A start under a clock that is moved by hand, with a record of what happened. */
class Harbour {
  readonly clock = new ManualClock()
  readonly giveUp = new AbortController()
  readonly began: string[] = []
  readonly reported: string[] = []
  readonly result: Promise<StartResult>

  constructor(definitions: Readonly<Record<string, Definition>>, budgetMs = 60_000) {
    const nodes = Object.entries(definitions).map(([name, { needs = [], start, startLimitMs = 30_000 }]) => ({
      name,
      needs,
      startLimitMs,
      start: (context: StartContext) => {
        this.began.push(name)
        return start?.(context)
      },
    }))
    this.result = startInOrder(new DependencyGraph(nodes), {
      clock: this.clock,
      budgetMs,
      signal: this.giveUp.signal,
      onStarted: (name, tookMs) => this.reported.push(`${name} ${tookMs}`),
    })
  }

  takes(ms: number): () => Promise<void> {
    return () => sleep(this.clock, ms)
  }

  async failure() {
    const result = await this.result
    if (result.ok) throw new Error('expected the start to fail')
    return result
  }
}

describe('a start that succeeds', () => {
  test('starts each component once all it needs is up, and reports it with the time it took', async () => {
    const harbour: Harbour = new Harbour({
      http: { needs: ['repository'], start: () => sleep(harbour.clock, 5) },
      repository: { needs: ['db', 'cache'] },
      db: { start: () => sleep(harbour.clock, 40) },
      cache: { start: () => sleep(harbour.clock, 20) },
    })
    await harbour.clock.advance(39)
    expect(harbour.began).toEqual(['db', 'cache'])
    await harbour.clock.advance(6)
    expect(await harbour.result).toEqual({ ok: true, started: ['cache', 'db', 'repository', 'http'] })
    expect(harbour.reported).toEqual(['cache 20', 'db 40', 'repository 0', 'http 5'])
    expect(harbour.clock.pending).toBe(0)
  })

  test('starts independent components at the same time: three that take 100 ms each take 100 ms', async () => {
    let running = 0
    let most = 0
    const start = async () => {
      most = Math.max(most, ++running)
      await sleep(harbour.clock, 100)
      running--
    }
    const harbour: Harbour = new Harbour({ a: { start }, b: { start }, c: { start } })
    await harbour.clock.advance(100)
    expect((await harbour.result).ok).toBe(true)
    expect(most).toBe(3)
  })

  test('starts a component that several others need once', async () => {
    const harbour = new Harbour({ a: { needs: ['db'] }, b: { needs: ['db', 'a'] }, db: {} })
    await harbour.clock.advance(0)
    await harbour.result
    expect(harbour.began).toEqual(['db', 'a', 'b'])
  })

  test('with nothing to start, it is over at once', async () => {
    expect(await new Harbour({}).result).toEqual({ ok: true, started: [] })
  })
})

describe('a component that throws', () => {
  test('fails the start with its name, its message and the error as cause', async () => {
    const cause = new RangeError('port 70000 is out of range')
    const harbour = new Harbour({ api: { start: () => Promise.reject(cause) } })
    const { error } = await harbour.failure()
    expect(error).toMatchObject({
      code: 'SEA_START_FAILED',
      message: '"api" did not start: port 70000 is out of range',
    })
    expect(error.cause).toBe(cause)
  })

  test('is not in the list to roll back; what had started is, and what needs it is never begun', async () => {
    const harbour: Harbour = new Harbour({
      db: {},
      cache: {
        start: () => {
          throw new Error('refused')
        },
      },
      http: { needs: ['db', 'cache'] },
      metrics: { needs: ['db'], start: () => never },
    })
    const result = await harbour.failure()
    expect(result.started).toEqual(['db'])
    expect(harbour.began).not.toContain('http')
  })

  test('stops the start of everything that is still waiting, and tells what is under way', async () => {
    const told: boolean[] = []
    const harbour: Harbour = new Harbour({
      slow: {
        start: async ({ signal }) => {
          await sleep(harbour.clock, 1000, { signal })
          told.push(signal.aborted)
        },
      },
      fails: {
        start: async () => {
          await sleep(harbour.clock, 10)
          throw new Error('refused')
        },
      },
      later: { needs: ['slow'] },
    })
    await harbour.clock.advance(10)
    await harbour.failure()
    await harbour.clock.advance(0)
    expect(told).toEqual([true])
    expect(harbour.began).toEqual(['slow', 'fails'])
    expect(harbour.clock.pending).toBe(0)
  })

  test('at the same moment as another: both are named, joined in the cause', async () => {
    const harbour = new Harbour({
      db: { start: () => Promise.reject(new Error('no db')) },
      cache: { start: () => Promise.reject(new Error('no cache')) },
    })
    const { error } = await harbour.failure()
    expect(error.message).toBe('"db" did not start: no db; "cache" did not start: no cache')
    expect(error.cause).toBeInstanceOf(AggregateError)
    expect((error.cause as AggregateError).errors.every((each) => isSeaworthyError(each, 'SEA_START_FAILED'))).toBe(
      true,
    )
  })

  test('and says what to do about it, hands that on: alone and with others', async () => {
    const says = (hint: string) => () => Promise.reject(new SeaworthyError('SEA_LISTENER_SILENT', 'silent', { hint }))
    const alone = await new Harbour({ http: { start: says('Call listen().') } }).failure()
    expect(alone.error.hint).toBe('Call listen().')
    const both = await new Harbour({
      http: { start: says('Call listen().') },
      admin: { start: says('Call listen().') },
      db: { start: says('Start the database.') },
      cache: { start: () => Promise.reject(new Error('no cache')) },
    }).failure()
    expect(both.error.hint).toBe('Call listen(). Start the database.')
  })

  test('with something that has no text, fails the start all the same', async () => {
    const odd: unknown = Object.create(null)
    const { error } = await new Harbour({ db: { start: () => Promise.reject(odd) } }).failure()
    expect(error.message).toContain('"db" did not start: ')
  })
})

describe('a component that does not come up', () => {
  test('within its own deadline is named, not a millisecond earlier', async () => {
    const harbour = new Harbour({ db: { start: () => never, startLimitMs: 5000 } })
    let over = false
    void harbour.result.then(() => (over = true))
    await harbour.clock.advance(4999)
    expect(over).toBe(false)
    await harbour.clock.advance(1)
    const { error } = await harbour.failure()
    expect(`${error.code}: ${error.describe()}`).toMatchInlineSnapshot(`
      "SEA_START_TIMED_OUT: "db" did not start within its start deadline (5s)
        Raise startTimeout of "db", or find what it waits for."
    `)
  })

  test('within what the others left of the total deadline is named with that reason', async () => {
    const harbour: Harbour = new Harbour(
      {
        db: { start: () => sleep(harbour.clock, 700) },
        cache: {},
        http: { needs: ['db'], start: () => never, startLimitMs: 5000 },
      },
      1000,
    )
    await harbour.clock.advance(1000)
    const { error, started } = await harbour.failure()
    expect(`${error.code}: ${error.describe()}`).toMatchInlineSnapshot(`
      "SEA_START_TIMED_OUT: "http" did not start within what was left of the total start deadline (300ms)
        Raise startTimeout of the service, or find what made the components before it slow."
    `)
    expect(started).toEqual(['cache', 'db'])
  })

  test('is told at its deadline that it is given up', async () => {
    let signal: AbortSignal | undefined
    const harbour = new Harbour({
      db: {
        start: (context) => {
          signal = context.signal
          return never
        },
        startLimitMs: 100,
      },
    })
    await harbour.clock.advance(99)
    expect(signal?.aborted).toBe(false)
    await harbour.clock.advance(1)
    expect(signal?.aborted).toBe(true)
  })

  test('is handed over as late, so that it can be stopped if it comes up after all', async () => {
    let comeUp = (): void => {}
    const harbour = new Harbour({
      db: { start: () => new Promise<void>((resolve) => (comeUp = resolve)), startLimitMs: 100 },
    })
    await harbour.clock.advance(100)
    const { late, started } = await harbour.failure()
    expect(started).toEqual([])
    expect([...late.keys()]).toEqual(['db'])
    comeUp()
    await expect(late.get('db')).resolves.toBeUndefined()
  })

  test('and rejects later: no unhandled rejection', async () => {
    const unhandled: unknown[] = []
    const onUnhandled = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', onUnhandled)
    let fail = (_error: Error): void => {}
    const harbour = new Harbour({
      db: { start: () => new Promise((_resolve, reject) => (fail = reject)), startLimitMs: 100 },
    })
    await harbour.clock.advance(100)
    await harbour.failure()
    fail(new Error('late'))
    await harbour.clock.advance(1)
    process.off('unhandledRejection', onUnhandled)
    expect(unhandled).toEqual([])
  })

  test('the deadline of a component begins when its needs are up, not before', async () => {
    const harbour: Harbour = new Harbour({
      db: { start: () => sleep(harbour.clock, 900) },
      http: { needs: ['db'], start: () => sleep(harbour.clock, 900), startLimitMs: 1000 },
    })
    await harbour.clock.advance(1800)
    expect((await harbour.result).ok).toBe(true)
  })
})

describe('a start that is given up', () => {
  test('begins nothing more, tells what is under way, and hands that over as late', async () => {
    const told: boolean[] = []
    const harbour: Harbour = new Harbour({
      config: {},
      db: {
        needs: ['config'],
        start: ({ signal }) => {
          signal.addEventListener('abort', () => told.push(true))
          return never
        },
      },
      http: { needs: ['db'] },
    })
    await harbour.clock.advance(10)
    harbour.giveUp.abort()
    const { error, started, late } = await harbour.failure()
    expect(error).toMatchObject({ code: 'SEA_START_INTERRUPTED' })
    expect(started).toEqual(['config'])
    expect([...late.keys()]).toEqual(['db'])
    expect(told).toEqual([true])
    expect(harbour.began).toEqual(['config', 'db'])
    expect(harbour.clock.pending).toBe(0)
  })

  test('before it began starts nothing at all', async () => {
    const clock = new ManualClock()
    const began: string[] = []
    const graph = new DependencyGraph([{ name: 'db', needs: [], startLimitMs: 10, start: () => began.push('db') }])
    const result = await startInOrder(graph, { clock, budgetMs: 100, signal: AbortSignal.abort() })
    expect(result).toMatchObject({ ok: false, started: [], error: { code: 'SEA_START_INTERRUPTED' } })
    expect(began).toEqual([])
  })

  test('in the moment of the last component coming up counts as given up: all of it is to be rolled back', async () => {
    const harbour: Harbour = new Harbour({ db: { start: () => harbour.giveUp.abort() } })
    const { error, started, late } = await harbour.failure()
    expect(error.code).toBe('SEA_START_INTERRUPTED')
    expect([...started, ...late.keys()]).toEqual(['db'])
  })
})
