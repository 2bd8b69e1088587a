import { TracerProvider } from '@opentelemetry/sdk-trace'
import { afterEach, describe, expect, test } from 'vitest'
import { FinalFlush } from '../../src/core/final-flush.ts'
import type { Log } from '../../src/core/log.ts'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'
import { sleep } from '../../src/core/wait.ts'
import { GracefulShutdown } from '../../src/lifecycle/graceful-shutdown.ts'
import type { GracefulShutdownOptions, ShutdownHandlerContext } from '../../src/lifecycle/graceful-shutdown-options.ts'
import { recordSpans, registerTracing } from './recorded-spans.ts'

const never = new Promise<never>(() => {})
/** A signal that nothing in a test run listens to. */
const SIGNAL = 'SIGUSR2'

/** A shutdown under a clock that is moved by hand, with a record of what happened when. */
class Voyage {
  readonly clock = new ManualClock()
  readonly finalFlush = new FinalFlush()
  readonly events: string[] = []
  readonly logged: string[] = []
  readonly exits: number[] = []
  readonly shutdown: GracefulShutdown

  constructor(options: GracefulShutdownOptions = {}) {
    const write = (level: string) => (_fields: object, message: string) => void this.logged.push(`${level} ${message}`)
    const log: Log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
    this.shutdown = new GracefulShutdown({
      clock: this.clock,
      finalFlush: this.finalFlush,
      log,
      exit: (code) => void this.exits.push(code),
      signals: [SIGNAL],
      ...options,
    })
  }

  /** Adds a handler that takes `afterMs`. */
  add(name: string, order: number, afterMs = 0): this {
    this.shutdown.register({ name, order, handler: () => this.take(name, afterMs) })
    return this
  }

  async take(name: string, afterMs: number): Promise<void> {
    if (afterMs > 0) await sleep(this.clock, afterMs)
    this.events.push(`${this.clock.now()} ${name}`)
  }

  async run(byMs = 60_000) {
    const report = this.shutdown.shutdown()
    await this.clock.advance(byMs)
    return report
  }
}

afterEach(() => {
  if (process.listenerCount(SIGNAL) > 0) throw new Error(`a listener of ${SIGNAL} was left behind`)
})

describe('the handlers', () => {
  test('run in ascending order, each step after all of the one before, whatever the order of registration', async () => {
    const voyage = new Voyage().add('db', 4, 5).add('http', 1, 10).add('otlp', 3).add('drain', 2, 20).add('first', -0.5)
    await voyage.run()
    expect(voyage.events).toEqual(['0 first', '10 http', '30 drain', '30 otlp', '35 db'])
    expect(voyage.clock.pending).toBe(0)
  })

  test('with the same number run together', async () => {
    const voyage = new Voyage().add('http', 1, 30).add('grpc', 1, 20).add('db', 2)
    await voyage.run()
    expect(voyage.events).toEqual(['20 grpc', '30 http', '30 db'])
  })

  test('are told why, their slice, and when the slice is over', async () => {
    const voyage = new Voyage({ timeout: '1s', flushTimeout: '200ms' })
    const told: ShutdownHandlerContext[] = []
    voyage.shutdown.register({ name: 'a', order: 1, handler: (context) => (told.push(context), never) })
    voyage.add('b', 2)
    void voyage.shutdown.shutdown()
    await voyage.clock.advance(399)
    expect(told[0]).toMatchObject({ reason: { kind: 'requested' }, limitMs: 400, signal: { aborted: false } })
    await voyage.clock.advance(1)
    expect(told[0]?.signal.aborted).toBe(true)
  })

  test('may be a method that uses its object', async () => {
    const voyage = new Voyage()
    class Pool {
      readonly name = 'pool'
      readonly order = 1
      readonly #connections = ['one']
      handler() {
        this.#connections.pop()
      }
    }
    voyage.shutdown.register(new Pool())
    expect(await voyage.run()).toMatchObject({ clean: true })
  })
})

describe('every handler runs', () => {
  test.each([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['hangs', () => never],
  ])('when another one %s: those beside it and those after it', async (_how, handler) => {
    const voyage = new Voyage()
    voyage.shutdown.register({ name: 'bad', order: 1, handler })
    voyage.add('beside', 1, 5).add('after', 2, 5)
    const report = await voyage.run()
    expect(voyage.events.map((event) => event.split(' ')[1])).toEqual(['beside', 'after'])
    expect(report.clean).toBe(false)
  })

  test('even when no time at all is left', async () => {
    const voyage = new Voyage({ timeout: '1s', flushTimeout: '1s' }).add('a', 1).add('b', 2)
    await voyage.run()
    expect(voyage.events).toEqual(['0 a', '0 b'])
  })
})

describe('each step gets the time left, divided by the steps left', () => {
  test('so one that hangs costs its own share and no more', async () => {
    const voyage = new Voyage({ timeout: '10s', flushTimeout: '1s' })
    voyage.shutdown.register({ name: 'hangs', order: 1, handler: () => never })
    voyage.add('b', 2).add('c', 3)
    const report = await voyage.run()
    expect(voyage.events).toEqual(['3000 b', '3000 c'])
    expect(report.tookMs).toBe(3000)
  })

  test('so all of them hanging take the timeout less the flush, in equal parts', async () => {
    const voyage = new Voyage({ timeout: '10s', flushTimeout: '1s' })
    const limits: number[] = []
    for (const order of [1, 2, 3]) {
      const handler = ({ limitMs }: ShutdownHandlerContext) => (limits.push(limitMs), never)
      voyage.shutdown.register({ name: `h${order}`, order, handler })
    }
    const report = await voyage.run()
    expect(limits).toEqual([3000, 3000, 3000])
    expect(report.tookMs).toBe(9000)
  })

  test('so what one does not use is left to those after it', async () => {
    const voyage = new Voyage({ timeout: '10s', flushTimeout: '1s' })
    const limits: number[] = []
    voyage.add('quick', 1, 1000)
    voyage.shutdown.register({ name: 'last', order: 2, handler: ({ limitMs }) => limits.push(limitMs) })
    await voyage.run()
    expect(limits).toEqual([8000])
  })
})

describe('telemetry is delivered last', () => {
  function withTelemetry(voyage: Voyage): Voyage {
    voyage.finalFlush.add({
      name: 'telemetry',
      flush: async (limitMs) => {
        voyage.events.push(`${voyage.clock.now()} flush ${limitMs} (deferring: ${voyage.finalFlush.deferring})`)
        return { complete: true, details: { spans: 2 } }
      },
    })
    return voyage
  }

  test('whatever the order of the handlers, in a slice of its own', async () => {
    const voyage = withTelemetry(new Voyage({ timeout: '10s', flushTimeout: '1s' }))
      .add('b', 99, 5)
      .add('a', -99)
    const report = await voyage.run()
    expect(voyage.events).toEqual(['0 a', '5 b', '5 flush 1000 (deferring: false)'])
    expect(report.flushes).toEqual({ telemetry: { complete: true, details: { spans: 2 } } })
  })

  test('even when every handler hangs: at the latest when its slice begins', async () => {
    const voyage = withTelemetry(new Voyage({ timeout: '10s', flushTimeout: '1s' }))
    for (const order of [1, 2, 3]) voyage.shutdown.register({ name: `h${order}`, order, handler: () => never })
    await voyage.run()
    expect(voyage.events).toEqual(['9000 flush 1000 (deferring: false)'])
  })

  test('and while the handlers run, shutting it down is deferred', async () => {
    const voyage = withTelemetry(new Voyage())
    const seen: boolean[] = []
    voyage.shutdown.register({ name: 'otlp', order: 1, handler: () => seen.push(voyage.finalFlush.deferring) })
    await voyage.run()
    expect(seen).toEqual([true])
    expect(voyage.finalFlush.deferring).toBe(false)
  })

  test('with what was passed as `flush`, which sees the span of the shutdown ended', async () => {
    const spans = recordSpans()
    let seen: string[] = []
    const voyage = new Voyage({ flush: () => void (seen = spans().map((span) => span.name)) }).add('db', 1)
    const report = await voyage.run()
    expect(seen).toEqual(['stop db', 'shutdown'])
    expect(report.flushes['flush']).toEqual({ complete: true, details: {} })
  })

  test.each([
    ['hangs', () => never, 'did not end in its slice'],
    ['rejects', () => Promise.reject(new Error('collector gone')), 'collector gone'],
  ])('a `flush` that %s is in the report; the shutdown is still clean', async (_how, flush, problem) => {
    const voyage = new Voyage({ timeout: '10s', flushTimeout: '1s', flush }).add('db', 1)
    const report = await voyage.run()
    expect(report.flushes['flush']).toEqual({ complete: false, details: { problem } })
    expect(report.clean).toBe(true)
    expect(report.tookMs).toBeLessThanOrEqual(1000)
  })
})

describe('the report', () => {
  test('has a record for each handler, and is logged in one line', async () => {
    const voyage = new Voyage({ timeout: '10s', flushTimeout: '1s' }).add('http', 1, 10)
    voyage.shutdown.register({ name: 'queue', order: 2, handler: () => never })
    voyage.shutdown.register({ name: 'db', order: 3, handler: () => Promise.reject(new Error('connection lost')) })
    const report = await voyage.run()
    expect(report).toMatchObject({
      reason: { kind: 'requested' },
      phases: [
        {
          phase: 'stop',
          hooks: [
            { name: 'http', outcome: 'done', tookMs: 10 },
            { name: 'queue', outcome: 'timed-out', tookMs: 4495 },
            { name: 'db', outcome: 'failed', error: new Error('connection lost') },
          ],
        },
        { phase: 'flush' },
      ],
      clean: false,
    })
    expect(voyage.logged).toEqual([
      'error stopped in 4.5s (requested): queue did not stop within 4.5s, db failed after 0ms',
    ])
  })

  test('of a clean shutdown is logged as information', async () => {
    const voyage = new Voyage().add('http', 1)
    expect((await voyage.run()).clean).toBe(true)
    expect(voyage.logged).toEqual(['info stopped in 0ms (requested): everything ended by itself'])
  })

  test('comes without any handler, too', async () => {
    expect(await new Voyage().run()).toMatchObject({ clean: true, phases: [{ hooks: [] }, {}] })
  })

  test('is the same for every call: the handlers run once', async () => {
    const voyage = new Voyage().add('http', 1, 10)
    const first = voyage.shutdown.shutdown()
    const second = voyage.shutdown.shutdown()
    await voyage.clock.advance(10)
    expect(await second).toBe(await first)
    expect(await voyage.shutdown.shutdown()).toBe(await first)
    expect(voyage.events).toEqual(['10 http'])
  })

  test.each([
    ['has no text', Object.create(null) as unknown],
    ['is nothing', undefined],
  ])('survives a handler that throws what %s', async (_what, thrown) => {
    const voyage = new Voyage()
    voyage.shutdown.register({ name: 'odd', order: 1, handler: () => Promise.reject(thrown) })
    expect(await voyage.run()).toMatchObject({ clean: false, phases: [{ hooks: [{ outcome: 'failed' }] }, {}] })
  })

  test('survives a log that throws, as one does that a handler has closed', async () => {
    const fail = () => {
      throw new Error('the worker has exited')
    }
    const voyage = new Voyage({ log: { debug: fail, info: fail, warn: fail, error: fail } }).add('http', 1)
    expect((await voyage.run()).clean).toBe(true)
  })
})

describe('a foreign OpenTelemetry SDK', () => {
  test('is warned of, once: shut down by a handler, it loses what comes after', async () => {
    registerTracing(new TracerProvider())
    const voyage = new Voyage().add('otlp', 1)
    await voyage.run()
    expect(voyage.logged).toEqual([
      'warn an OpenTelemetry SDK that is not Seaworthy’s is registered: shut down by a handler, it loses later spans. Pass it as `flush` instead',
      'info stopped in 0ms (requested): everything ended by itself',
    ])
  })

  test('that is passed as `flush` is nothing to warn of', async () => {
    const provider = new TracerProvider()
    registerTracing(provider)
    const voyage = new Voyage({ flush: () => provider.shutdown() })
    await voyage.run()
    expect(voyage.logged.filter((line) => line.startsWith('warn'))).toEqual([])
  })
})

describe('waiting for a signal', () => {
  test('the first one begins the shutdown, and its report is the result', async () => {
    const voyage = new Voyage().add('http', 1, 10)
    const waiting = voyage.shutdown.waitForShutdown()
    await voyage.clock.advance(1000)
    expect(voyage.events).toEqual([])
    process.emit(SIGNAL, SIGNAL)
    await voyage.clock.advance(10)
    expect(await waiting).toMatchObject({ reason: { kind: 'signal', signal: SIGNAL }, clean: true })
    expect(voyage.events).toEqual(['1010 http'])
    expect(voyage.clock.pending).toBe(0)
  })

  test('listens only while it waits', async () => {
    const voyage = new Voyage()
    expect(process.listenerCount(SIGNAL)).toBe(0)
    const waiting = voyage.shutdown.waitForShutdown()
    expect(process.listenerCount(SIGNAL)).toBe(1)
    process.emit(SIGNAL, SIGNAL)
    await waiting
    expect(process.listenerCount(SIGNAL)).toBe(0)
  })

  test('a second one ends the process at once, with 128 plus its number', async () => {
    const voyage = new Voyage()
    voyage.shutdown.register({ name: 'hangs', order: 1, handler: () => never })
    const waiting = voyage.shutdown.waitForShutdown()
    waiting.catch(() => {})
    process.emit(SIGNAL, SIGNAL)
    await voyage.clock.advance(101)
    expect(voyage.exits).toEqual([])
    process.emit(SIGNAL, SIGNAL)
    expect(voyage.exits).toEqual([140])
    expect(voyage.logged).toEqual(['error second SIGUSR2: leaving at once: stop; waiting for hangs for 101ms'])
    await voyage.clock.advance(60_000)
    await expect(waiting).rejects.toThrow()
  })

  test('a second one ends the process even when the log throws', async () => {
    const fail = () => {
      throw new Error('the worker has exited')
    }
    const voyage = new Voyage({ log: { debug: fail, info: fail, warn: fail, error: fail } }).add('http', 1, 500)
    const waiting = voyage.shutdown.waitForShutdown()
    process.emit(SIGNAL, SIGNAL)
    await voyage.clock.advance(101)
    process.emit(SIGNAL, SIGNAL)
    expect(voyage.exits).toEqual([140])
    await voyage.clock.advance(1000)
    await waiting
  })

  test('handlers that threw or hung come joined in one error, with the errors themselves as causes', async () => {
    const voyage = new Voyage({ timeout: '10s', flushTimeout: '1s' }).add('fine', 1)
    const lost = new Error('connection lost')
    voyage.shutdown.register({ name: 'db', order: 2, handler: () => Promise.reject(lost) })
    voyage.shutdown.register({ name: 'queue', order: 3, handler: () => never })
    const waiting = voyage.shutdown.waitForShutdown()
    const caught = waiting.catch((error: unknown) => error)
    process.emit(SIGNAL, SIGNAL)
    await voyage.clock.advance(60_000)
    const error = await caught
    if (!isSeaworthyError(error, 'SEA_SHUTDOWN_FAILED')) throw new Error('expected a SEA_SHUTDOWN_FAILED')
    expect(error.message).toBe('stopped in 9s (SIGUSR2): db failed after 0ms, queue did not stop within 9s')
    const { message, errors } = error.cause as AggregateError
    expect(message).toBe('db: connection lost; queue: did not end within 9000 ms')
    expect((errors as Error[]).map((each) => each.cause)).toEqual([lost, undefined])
  })

  test('ends when the shutdown is asked for in another way, with the same report', async () => {
    const voyage = new Voyage().add('http', 1, 10)
    const waiting = voyage.shutdown.waitForShutdown()
    const report = await voyage.run()
    expect(await waiting).toBe(report)
    expect(voyage.clock.pending).toBe(0)
  })

  test('with no signals at all, it waits until the shutdown is asked for in another way', async () => {
    const voyage = new Voyage({ signals: [] })
    const waiting = voyage.shutdown.waitForShutdown()
    process.emit(SIGNAL, SIGNAL)
    const report = await voyage.run()
    expect(await waiting).toBe(report)
    expect(report.reason).toEqual({ kind: 'requested' })
  })

  test('after the shutdown is over, there is nothing to wait for', async () => {
    const voyage = new Voyage().add('http', 1)
    const report = await voyage.run()
    expect(await voyage.shutdown.waitForShutdown()).toBe(report)
  })

  test('a signal during a shutdown that was asked for in another way is the first one, not the second', async () => {
    const voyage = new Voyage().add('http', 1, 100)
    const waiting = voyage.shutdown.waitForShutdown()
    void voyage.shutdown.shutdown()
    await voyage.clock.advance(50)
    process.emit(SIGNAL, SIGNAL)
    expect(voyage.exits).toEqual([])
    await voyage.clock.advance(50)
    expect(await waiting).toMatchObject({ reason: { kind: 'requested' }, clean: true })
  })
})

describe('bad input', () => {
  test('all problems of the options come in one error', () => {
    const options = { timeout: 50, flushTimout: '1s', signals: ['SIGKILL'], flush: 'x' } as unknown
    expect(() => new GracefulShutdown(options as GracefulShutdownOptions)).toThrowErrorMatchingInlineSnapshot(`
      [SeaworthyError: new GracefulShutdown():
        - "timeout" is 50 ms, expected 100 to 3600000 ms
        - "signals" has "SIGKILL", which no process can listen to
        - "flush" expected a function, got a string
        - "flushTimout" is not an option. Did you mean "flushTimeout"?]
    `)
  })

  test.each([100, 3_600_000])('a timeout of %i ms is taken', (timeout) => {
    expect(() => new GracefulShutdown({ timeout })).not.toThrow()
  })

  test.each([99, 3_600_001])('a timeout of %i ms is refused', (timeout) => {
    expect(() => new GracefulShutdown({ timeout })).toThrow(/"timeout" is \d+ ms, expected 100 to 3600000 ms/)
  })

  test('a flush longer than the whole is refused', () => {
    const options = { timeout: '1s', flushTimeout: '1001ms' }
    expect(() => new GracefulShutdown(options)).toThrow('"flushTimeout" is 1001 ms, expected 0 to 1000 ms')
  })

  test('all problems of a handler come in one error', () => {
    const handler = { name: '', order: Number.NaN, hander: () => {} } as unknown
    expect(() => new Voyage().shutdown.register(handler as never)).toThrowErrorMatchingInlineSnapshot(`
      [SeaworthyError: GracefulShutdown.register():
        - "name" expected a non-empty text, got an empty text
        - "order" must be a finite number
        - "handler" is required
        - "hander" is not an option. Did you mean "handler"?]
    `)
  })

  test('a name that is taken is refused: the report could not tell the two apart', () => {
    expect(() => new Voyage().add('db', 1).add('db', 2)).toThrow('"name" is "db", which is registered already')
  })

  test.each([Number.POSITIVE_INFINITY, '1'])('the order %o is refused', (order) => {
    const handler = { name: 'db', order: order as number, handler() {} }
    expect(() => new Voyage().shutdown.register(handler)).toThrow('"order" must be a finite number')
  })

  test('a handler that comes after the shutdown has begun is refused', async () => {
    const voyage = new Voyage()
    await voyage.run()
    const late = () => voyage.add('late', 1)
    expect(late).toThrow(expect.objectContaining({ code: 'SEA_LIFECYCLE_STARTED' }))
    expect(late).toThrow('"late" was registered after the shutdown had begun')
  })
})

describe('defaults', () => {
  test('23 s in all, 4 of them for telemetry', async () => {
    const voyage = new Voyage()
    const limits: number[] = []
    voyage.shutdown.register({ name: 'a', order: 1, handler: ({ limitMs }) => limits.push(limitMs) })
    await voyage.run()
    expect(limits).toEqual([19_000])
  })

  test('a quarter of a timeout that is shorter than four times that', async () => {
    const voyage = new Voyage({ timeout: '10s' })
    const limits: number[] = []
    voyage.shutdown.register({ name: 'a', order: 1, handler: ({ limitMs }) => limits.push(limitMs) })
    await voyage.run()
    expect(limits).toEqual([7500])
  })
})
