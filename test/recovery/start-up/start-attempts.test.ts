import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { classifyError } from '../../../src/recovery/errors/classify-error.ts'
import { refused, unauthorised, waitFor, watch } from './wait-for.ts'

const never = (): Promise<never> => new Promise(() => {})
const on = (): AbortSignal => new AbortController().signal

describe('what is not there yet', () => {
  test('is tried again, with pauses that double, until it comes; the waiting is told of once, and its end once', async () => {
    const { attempts, begins, clock, lines, shown } = waitFor((attempt) => {
      if (attempt < 5) throw refused()
      return 'pool'
    })
    const coming = watch(attempts.run({ signal: on() }))
    await clock.advance(100 + 200 + 400 + 799)
    expect(begins).toEqual([0, 100, 300, 700])
    expect(coming.isOver).toBe(false)
    await clock.advance(1)
    expect(begins).toEqual([0, 100, 300, 700, 1500])
    expect(coming).toEqual({ value: 'pool', isOver: true })
    expect(lines).toEqual([
      '0 warn startup.waiting: "db" is not there yet, and the start waits for it: connect ECONNREFUSED 127.0.0.1:5432',
      '1500 info startup.came: "db" has come, after 1.5s and 5 attempts',
    ])
    expect(shown).toEqual([...Array<string>(4).fill('connect ECONNREFUSED 127.0.0.1:5432'), undefined])
    expect(clock.pending).toBe(0)
  })

  test('is waited for no longer than 5 s between two attempts', async () => {
    const { attempts, begins, clock } = waitFor(
      () => {
        throw refused()
      },
      { backoff: { initialMs: 200, maxMs: 5_000, random: () => 0.999_999 } },
    )
    void attempts.run({ signal: on() }).catch(() => {})
    await clock.advance(60_000)
    const pauses = begins.slice(1).map((at, index) => Math.round(at - (begins[index] as number)))
    expect(pauses.slice(0, 7)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000])
    expect(Math.max(...pauses)).toBe(5000)
  })

  test('is told of again at 5 s, 15 s, 35 s, … and at last every 5 minutes', async () => {
    const { attempts, clock, lines } = waitFor(() => {
      throw refused()
    })
    void attempts.run({ signal: on() }).catch(() => {})
    await clock.advance(3_600_000)
    const times = lines.filter((line) => line.includes('startup.still_waiting')).map((line) => parseInt(line) / 1000)
    expect(times.slice(0, 9)).toEqual([5, 15, 35, 75, 155, 315, 615, 915, 1215])
    expect(times.length).toBe(16)
    expect(lines[1]).toMatch(
      /^5000 warn startup\.still_waiting: "db" is still not there, after \d+ attempts: connect ECON/,
    )
  })

  test('may be a name that does not resolve, a database that starts up, or a server that is busy', async () => {
    for (const error of [
      Object.assign(new Error('getaddrinfo ENOTFOUND db'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      Object.assign(new Error('getaddrinfo EAI_AGAIN db'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }),
      Object.assign(new Error('the database system is starting up'), { code: '57P03', severity: 'FATAL' }),
      Object.assign(new Error('too many connections'), { code: '53300', severity: 'FATAL' }),
      new Error('wrapped by a library', { cause: refused() }),
    ]) {
      const { attempts, clock } = waitFor((attempt) => (attempt === 1 ? Promise.reject(error) : 'up'))
      const coming = watch(attempts.run({ signal: on() }))
      await clock.advance(100)
      expect([error.message, coming.value]).toEqual([error.message, 'up'])
    }
  })

  test('is asked for again when it says that it wants to be, but within half a minute', async () => {
    for (const [seconds, expected] of [
      [2, 2_000],
      [3_600, 30_000],
    ]) {
      const busy = Object.assign(new Error('busy'), { status: 503, headers: { 'retry-after': String(seconds) } })
      const { attempts, begins, clock } = waitFor((attempt) => (attempt === 1 ? Promise.reject(busy) : 'up'))
      void attempts.run({ signal: on() })
      await clock.advance(30_000)
      expect(begins).toEqual([0, expected])
    }
  })
})

describe('what can not pass by itself', () => {
  test.each([
    ['a wrong password', unauthorised()],
    ['a missing database', Object.assign(new Error('no such database'), { code: '3D000', severity: 'FATAL' })],
    ['a mistake in the code', new TypeError('pool.conect is not a function')],
    ['a certificate that is not trusted', Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' })],
  ])('%s ends it at the first attempt, with that very error, and without a word', async (_what, error) => {
    const { attempts, begins, clock, lines } = waitFor(() => Promise.reject(error))
    const coming = watch(attempts.run({ signal: on() }))
    await clock.advance(0)
    expect(coming.error).toBe(error)
    expect({ begins, lines, pending: clock.pending }).toEqual({ begins: [0], lines: [], pending: 0 })
  })

  test('ends it later, too, and both failures are named: the second may come of the first', async () => {
    const closed = new Error('Cannot use a pool after calling end on the pool')
    const { attempts, clock } = waitFor((attempt) => Promise.reject(attempt === 1 ? refused() : closed))
    const coming = watch(attempts.run({ signal: on() }))
    await clock.advance(100)
    expect(coming.error).toMatchObject({
      code: 'SEA_START_FAILED',
      message:
        'attempt 2 failed: Cannot use a pool after calling end on the pool; the one before: connect ECONNREFUSED 127.0.0.1:5432',
      cause: closed,
    })
    expect(clock.pending).toBe(0)
  })

  test('is tried on every 5 s where the service works without it already, with one line for each change', async () => {
    const { attempts, begins, clock, lines } = waitFor((attempt) => {
      if (attempt === 4) throw refused()
      if (attempt < 6) throw unauthorised()
      return 'up'
    })
    attempts.bePatient()
    const coming = watch(attempts.run({ signal: on() }))
    await clock.advance(30_000)
    expect(coming.value).toBe('up')
    // The fourth failure can pass: its pause is half of 1.6 s.
    expect(begins).toEqual([0, 5000, 10_000, 15_000, 15_800, 20_800])
    expect(lines.filter((line) => !line.includes('still_waiting'))).toEqual([
      '0 error startup.waiting: "db" can\'t be started, and that does not pass by itself: password authentication failed',
      '15000 warn startup.waiting: "db" is not there yet, and the start waits for it: connect ECONNREFUSED 127.0.0.1:5432',
      '15800 error startup.waiting: "db" can\'t be started, and that does not pass by itself: password authentication failed',
      '20800 info startup.came: "db" has come, after 20.8s and 6 attempts',
    ])
  })
})

describe('the end of the time', () => {
  test('an attempt that could only begin after it is not waited for, and the error says what was tried', async () => {
    const { attempts, begins, clock } = waitFor(() => Promise.reject(refused()))
    const coming = watch(attempts.run({ signal: on(), limitMs: 2_000 }))
    await clock.advance(1_499)
    expect(coming.isOver).toBe(false)
    await clock.advance(1)
    expect(begins).toEqual([0, 100, 300, 700, 1500])
    expect(coming.error).toMatchObject({
      code: 'SEA_START_TIMED_OUT',
      message: 'it has not come within 1.5s (5 attempts, the last failure: connect ECONNREFUSED 127.0.0.1:5432)',
      cause: { code: 'ECONNREFUSED' },
    })
    expect(attempts.describe()).toBe('5 attempts, the last failure: connect ECONNREFUSED 127.0.0.1:5432')
    expect(clock.pending).toBe(0)
  })

  test('a start that is given up during a pause ends at once, and nothing is tried again', async () => {
    const { attempts, begins, clock } = waitFor(() => Promise.reject(refused()))
    const controller = new AbortController()
    const coming = watch(attempts.run({ signal: controller.signal }))
    await clock.advance(50)
    controller.abort()
    await clock.advance(0)
    expect(coming).toMatchObject({ isOver: true, error: { code: 'ECONNREFUSED' } })
    await clock.advance(60_000)
    expect({ begins, pending: clock.pending }).toEqual({ begins: [0], pending: 0 })
  })

  test('a start that is given up during an attempt tells it, and ends with it', async () => {
    const { attempts, begins, clock } = waitFor(
      (_attempt, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    )
    const controller = new AbortController()
    const coming = watch(attempts.run({ signal: controller.signal }))
    await clock.advance(50)
    controller.abort(new DOMException('a shutdown', 'AbortError'))
    await clock.advance(0)
    expect(coming).toMatchObject({ isOver: true, error: { message: 'a shutdown' } })
    expect({ begins, pending: clock.pending }).toEqual({ begins: [0], pending: 0 })
  })
})

describe('an attempt with a limit of its own', () => {
  test('is told at its end, and the next begins when it has ended, whatever it then threw', async () => {
    const { attempts, begins, clock, shown } = waitFor(
      (attempt, signal) =>
        attempt === 2
          ? 'up'
          : new Promise<string>((_resolve, reject) =>
              signal.addEventListener('abort', () => reject(new Error('the socket was destroyed'))),
            ),
      { attemptLimitMs: 1_000 },
    )
    const coming = watch(attempts.run({ signal: on() }))
    await clock.advance(1_099)
    expect(begins).toEqual([0])
    await clock.advance(1)
    expect({ begins, value: coming.value }).toEqual({ begins: [0, 1100], value: 'up' })
    expect(shown).toEqual(['no end of the attempt within 1s', undefined])
  })

  test('that ignores its signal is waited for: nothing is started twice, and it may still come', async () => {
    const { attempts, begins, clock } = waitFor(
      () => new Promise<string>((resolve) => void clock.schedule(90_000, () => resolve('up'))),
      { attemptLimitMs: 1_000 },
    )
    const coming = watch(attempts.run({ signal: on() }))
    await clock.advance(89_999)
    expect({ begins, isOver: coming.isOver }).toEqual({ begins: [0], isOver: false })
    await clock.advance(1)
    expect({ begins, value: coming.value, pending: clock.pending }).toEqual({ begins: [0], value: 'up', pending: 0 })
  })
})

test('what hangs is told of, too', async () => {
  const { attempts, clock, lines, news } = waitFor(never)
  void attempts.run({ signal: on() })
  attempts.bePatient()
  news.goesOnWithout()
  await clock.advance(10_000)
  expect(lines).toEqual([
    '0 warn startup.degraded: the service starts without "db", degraded, until it comes',
    '10000 warn startup.still_waiting: "db" is still not there, after one attempt: its start has not ended yet',
  ])
})

test('whatever fails and however long it takes: one attempt at a time, never more than the pauses allow, and nothing is left', async () => {
  const outcome = fc.record({ tookMs: fc.constantFrom(0, 1, 700, 4_000), fails: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(
      fc.array(outcome, { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.constantFrom(500, 10_000),
      fc.nat({ max: 15_000 }),
      async (outcomes, random, limitMs, abortAt) => {
        let running = 0
        let most = 0
        const subject = waitFor(
          async (attempt) => {
            most = Math.max(most, ++running)
            const { tookMs, fails } = outcomes[attempt - 1] ?? { tookMs: 0, fails: true }
            await new Promise<void>((resolve) => void subject.clock.schedule(tookMs, resolve))
            running -= 1
            if (fails) throw refused()
            return attempt
          },
          { backoff: { initialMs: 200, maxMs: 5_000, random: () => random } },
        )
        const controller = new AbortController()
        const coming = watch(subject.attempts.run({ signal: controller.signal, limitMs }))
        await subject.clock.advance(abortAt)
        controller.abort()
        await subject.clock.advance(10_000)
        expect(coming.isOver).toBe(true)
        expect(most).toBe(1)
        expect(subject.clock.pending).toBe(0)
        const begun = subject.begins.length
        const firstUp = outcomes.findIndex(({ fails }) => !fails)
        expect([coming.value, begun]).toEqual([coming.error === undefined ? firstUp + 1 : undefined, begun])
        expect(begun === firstUp + 1 || coming.error !== undefined).toBe(true)
        for (const [index, at] of subject.begins.slice(1).entries()) {
          expect(at).toBeLessThan(limitMs)
          expect(at - (subject.begins[index] as number)).toBeGreaterThanOrEqual(50)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('what an adapter says of a database is judged by its cause', () => {
  const wrap = (cause: Error) => Object.assign(new Error('can’t be used', { cause }), {})
  expect(classifyError(wrap(refused())).retryable).toBe(true)
  expect(classifyError(wrap(unauthorised())).retryable).toBe(false)
})
