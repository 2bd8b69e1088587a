import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { isSeaworthyError } from '../../../src/core/seaworthy-error.ts'
import {
  type CallContext,
  createPolicy,
  type PolicyOptions,
  PolicyError,
  readDeadline,
  withDeadline,
} from '../../../src/public/resilience.ts'

const REFUSED = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
const INVALID = Object.assign(new Error('no'), { status: 422 })

function make(options: Partial<PolicyOptions> = {}) {
  const clock = new ManualClock()
  const lines: string[] = []
  const keep = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${(fields as { event: string }).event} ${message}`)
  const log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  // Without luck: each wait is as long as it may be.
  const policy = createPolicy({ name: 'payments', clock, random: () => 1, timeOfDay: () => 0, log, ...options })
  return { clock, policy, lines }
}

/** Work that never ends and does not listen, and counts how often it was begun. */
function hanging() {
  const calls: CallContext[] = []
  return {
    calls,
    work: (call: CallContext): Promise<never> => {
      calls.push(call)
      return new Promise(() => {})
    },
  }
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    (value) => ({ value }),
    (error: unknown) => error,
  )
}

function throwing(error: unknown = REFUSED) {
  const attempts: number[] = []
  return {
    attempts,
    work: ({ attempt }: CallContext): never => {
      attempts.push(attempt)
      throw error
    },
  }
}

test('a call gets its signal, its attempt and the time that is left, and gives what the work gives', async () => {
  const { clock, policy } = make({ timeout: { total: '5s', attempt: '1s' } })
  const seen = await policy.execute(({ signal, attempt, deadline }) => [signal.aborted, attempt, deadline.leftMs()])
  expect(seen).toEqual([false, 1, 1_000])
  expect(clock.pending).toBe(0)
})

test('without retry a call is made once, and its error comes as it is', async () => {
  const { policy } = make()
  const { work, attempts } = throwing()
  expect(await outcome(policy.execute(work))).toBe(REFUSED)
  expect(attempts).toEqual([1])
})

test('a failure that can pass is tried again after waits that double, up to the number of attempts', async () => {
  const { clock, policy } = make({ retry: { idempotent: true, attempts: 4, backoff: { initial: 100, max: 300 } } })
  const { work, attempts } = throwing()
  const ended = outcome(policy.execute(work))
  await clock.advance(99)
  expect(attempts).toEqual([1])
  await clock.advance(1)
  expect(attempts).toEqual([1, 2])
  await clock.advance(199)
  expect(attempts).toEqual([1, 2])
  await clock.advance(1)
  expect(attempts).toEqual([1, 2, 3])
  await clock.advance(299)
  expect(attempts).toEqual([1, 2, 3])
  await clock.advance(1)
  expect(attempts).toEqual([1, 2, 3, 4])
  expect(await ended).toBe(REFUSED)
  expect(clock.pending).toBe(0)
})

test('a failure that does not pass by itself is not tried again', async () => {
  const { policy } = make({ retry: { idempotent: true } })
  const { work, attempts } = throwing(INVALID)
  expect(await outcome(policy.execute(work))).toBe(INVALID)
  expect(attempts).toEqual([1])
})

test('under a keyed policy only a call with a key is made again, and each attempt gets the same key', async () => {
  const { clock, policy } = make({ retry: { idempotent: 'keyed', attempts: 2 } })
  const keys: unknown[] = []
  const work = ({ idempotencyKey }: CallContext): never => {
    keys.push(idempotencyKey)
    throw REFUSED
  }
  expect(await outcome(policy.execute(work))).toBe(REFUSED)
  expect(keys).toEqual([undefined])
  expect(await outcome(policy.execute(work, { idempotencyKey: '' }))).toBe(REFUSED)
  expect(keys).toEqual([undefined, ''])
  const ended = outcome(policy.execute(work, { idempotencyKey: 'k1' }))
  await clock.advance(100)
  expect(await ended).toBe(REFUSED)
  expect(keys.slice(2)).toEqual(['k1', 'k1'])
})

test('a call that is said not to be idempotent is made once, whatever the policy says', async () => {
  const { policy } = make({ retry: { idempotent: true } })
  const { work, attempts } = throwing()
  expect(await outcome(policy.execute(work, { idempotent: false }))).toBe(REFUSED)
  expect(attempts).toEqual([1])
})

test('work that hangs is given up after the timeout of an attempt, its signal is aborted, and it is tried again', async () => {
  const { clock, policy } = make({ timeout: { total: '10s', attempt: '1s' }, retry: { idempotent: true, attempts: 2 } })
  const { work, calls } = hanging()
  const ended = outcome(policy.execute(work))
  await clock.advance(999)
  expect(calls[0]?.signal.aborted).toBe(false)
  await clock.advance(1)
  expect(isSeaworthyError(calls[0]?.signal.reason, 'SEA_POLICY_ATTEMPT_TIMED_OUT')).toBe(true)
  await clock.advance(1_100)
  expect(calls).toHaveLength(2)
  expect(await ended).toMatchObject({ code: 'SEA_POLICY_ATTEMPT_TIMED_OUT', statusCode: 504 })
  expect(clock.pending).toBe(0)
})

test('no call takes longer than the total timeout, which tells what failed last as its cause', async () => {
  const { clock, policy } = make({
    timeout: { total: 1_000, attempt: 10_000 },
    retry: { idempotent: true, attempts: 5, backoff: { initial: 100 } },
  })
  let attempts = 0
  const ended = outcome(policy.execute(() => (attempts++ === 0 ? Promise.reject(REFUSED) : new Promise(() => {}))))
  await clock.advance(1_000)
  expect(await ended).toMatchObject({ code: 'SEA_POLICY_TIMED_OUT', statusCode: 504, cause: REFUSED })
  expect(attempts).toBe(2)
  expect(clock.pending).toBe(0)
})

test('an attempt that would begin at the deadline or later is not waited for', async () => {
  const { clock, policy } = make({ timeout: { total: 100 }, retry: { idempotent: true, backoff: { initial: 100 } } })
  const { work, attempts } = throwing()
  expect(await outcome(policy.execute(work))).toBe(REFUSED)
  expect(attempts).toEqual([1])
  expect(clock.now()).toBe(0)
})

test.each([
  ['a number of seconds', '2', 2_000, 0],
  ['a date', 'Thu, 01 Jan 1970 00:00:03 GMT', 3_000, 0],
  ['the same for everybody', '2', 2_100, 1],
])('a Retry-After that is %s is waited for, and the jitter on top of it', async (_, header, waitMs, share) => {
  const { clock, policy } = make({ retry: { idempotent: true, attempts: 2 }, random: () => share })
  const { work, attempts } = throwing({ status: 503, headers: { 'retry-after': header } })
  const ended = outcome(policy.execute(work))
  await clock.advance(waitMs - 1)
  expect(attempts).toEqual([1])
  await clock.advance(1)
  expect(attempts).toEqual([1, 2])
  await ended
})

test('a Retry-After beyond the bound or the deadline ends the call at once', async () => {
  const error = { status: 503, headers: { 'retry-after': '20' } }
  for (const options of [
    { timeout: { total: '5s' }, retry: { idempotent: true } },
    { retry: { idempotent: true, maxRetryAfter: '19s' } },
  ] as const) {
    const { clock, policy } = make(options)
    const { work, attempts } = throwing(error)
    expect(await outcome(policy.execute(work))).toBe(error)
    expect(attempts).toEqual([1])
    expect(clock.pending).toBe(0)
  }
})

test('the signal of the caller ends a call at once, also between two attempts, with its own reason', async () => {
  const { clock, policy } = make({ retry: { idempotent: true, backoff: { initial: 1_000 } } })
  const reason = new Error('the client has gone')
  const controller = new AbortController()
  const { work, attempts } = throwing()
  const ended = outcome(policy.execute(work, { signal: controller.signal }))
  await clock.advance(10)
  controller.abort(reason)
  expect(await ended).toBe(reason)
  await clock.advance(0)
  expect(clock.pending).toBe(0)
  await clock.advance(10_000)
  expect(attempts).toEqual([1])
  expect(clock.pending).toBe(0)
  expect(await outcome(policy.execute(work, { signal: controller.signal }))).toBe(reason)
  expect(attempts).toEqual([1])
})

test('the circuit opens after failures in a row, lets one probe through, and closes when that succeeds', async () => {
  const { clock, policy, lines } = make({ breaker: { failures: 2, openFor: '10s' } })
  const { work, attempts } = throwing()
  await outcome(policy.execute(work))
  await outcome(policy.execute(() => 1))
  await outcome(policy.execute(work))
  expect(policy.state).toBe('closed')
  await outcome(policy.execute(work))
  expect(policy.state).toBe('open')
  expect(policy.healthCheck().check()).toEqual({
    status: 'degraded',
    message: 'the circuit is open, the last failure was ECONNREFUSED',
  })
  await clock.advance(4_000)
  expect(await outcome(policy.execute(work))).toMatchObject({
    code: 'SEA_POLICY_CIRCUIT_OPEN',
    statusCode: 503,
    retryAfterMs: 6_000,
  })
  expect(attempts).toHaveLength(3)
  await clock.advance(6_000)
  await outcome(policy.execute(work))
  expect(attempts).toHaveLength(4)
  expect(policy.state).toBe('open')
  await clock.advance(10_000)
  expect(await policy.execute(() => 'works')).toBe('works')
  expect(policy.state).toBe('closed')
  expect(policy.healthCheck()).toMatchObject({ name: 'payments', critical: false })
  expect(policy.healthCheck().check()).toEqual({ status: 'healthy' })
  expect(lines).toEqual([
    'warn breaker.open payments: the circuit is open after ECONNREFUSED, calls are refused for 10s',
    'debug breaker.half_open payments: the circuit is half open, one call goes through',
    'debug breaker.open payments: the circuit stays open, the probe has failed after ECONNREFUSED',
    'debug breaker.half_open payments: the circuit is half open, one call goes through',
    'info breaker.closed payments: the circuit is closed, calls are made again',
  ])
})

test('of 100 callers at once exactly one is the probe, and the others are refused at once', async () => {
  const { clock, policy } = make({ breaker: { failures: 1, openFor: '1s' } })
  await outcome(policy.execute(throwing().work))
  await clock.advance(1_000)
  const probe = Promise.withResolvers<string>()
  let probes = 0
  const calls = Array.from({ length: 100 }, () => outcome(policy.execute(() => (probes++, probe.promise))))
  await clock.advance(0)
  expect(probes).toBe(1)
  expect(policy.healthCheck().check()).toEqual({
    status: 'degraded',
    message: 'the circuit is half open, the last failure was ECONNREFUSED',
  })
  probe.resolve('works')
  const ends = await Promise.all(calls)
  expect(ends.filter((end) => isSeaworthyError(end, 'SEA_POLICY_CIRCUIT_OPEN'))).toHaveLength(99)
  expect(ends[0]).toEqual({ value: 'works' })
  expect(policy.state).toBe('closed')
})

test('a cancelled call counts neither way, whatever the reason of its caller is', async () => {
  const { policy } = make({ breaker: { failures: 2 } })
  const { work } = hanging()
  await outcome(policy.execute(throwing().work))
  for (const reason of [undefined, new DOMException('slow', 'TimeoutError'), REFUSED]) {
    const controller = new AbortController()
    const ended = outcome(policy.execute(work, { signal: controller.signal }))
    controller.abort(reason)
    await ended
  }
  expect(policy.state).toBe('closed')
  await outcome(policy.execute(throwing().work))
  expect(policy.state).toBe('open')
})

test('a call that the attempt of a policy around it has no more time for is a failure of what it calls', async () => {
  const clock = new ManualClock()
  const outer = make({ clock, timeout: { attempt: '1s' } }).policy
  const inner = make({ clock, name: 'inner', breaker: { failures: 2 } }).policy
  for (let time = 0; time < 2; time++) {
    const ended = outcome(outer.execute(({ signal }) => inner.execute(hanging().work, { signal })))
    await clock.advance(1_000)
    expect(await ended).toMatchObject({ code: 'SEA_POLICY_ATTEMPT_TIMED_OUT' })
  }
  expect(inner.state).toBe('open')
})

test('a probe that is cancelled neither closes nor prolongs: the next call is the probe', async () => {
  const { clock, policy } = make({ breaker: { failures: 1, openFor: '1s' } })
  await outcome(policy.execute(throwing().work))
  await clock.advance(1_000)
  const controller = new AbortController()
  const ended = outcome(policy.execute(hanging().work, { signal: controller.signal }))
  controller.abort()
  await ended
  await clock.advance(0)
  expect(policy.state).toBe('open')
  expect(await policy.execute(() => 'probe')).toBe('probe')
  expect(policy.state).toBe('closed')
})

test('a call that began before the circuit opened says nothing about the probe', async () => {
  const { clock, policy } = make({ breaker: { failures: 1, openFor: '1s' } })
  const early = Promise.withResolvers<never>()
  const stale = outcome(policy.execute(() => early.promise))
  await outcome(policy.execute(throwing().work))
  await clock.advance(1_000)
  const probe = Promise.withResolvers<string>()
  const probing = policy.execute(() => probe.promise)
  early.reject(REFUSED)
  await stale
  await clock.advance(0)
  expect(policy.state).toBe('half_open')
  probe.resolve('works')
  await probing
  expect(policy.state).toBe('closed')
})

test('a dependency that refuses what it is asked works; our own mistake says nothing', async () => {
  const { policy } = make({ breaker: { failures: 2 } })
  await outcome(policy.execute(throwing().work))
  await outcome(policy.execute(throwing(new TypeError('undefined is not a function')).work))
  await outcome(policy.execute(throwing(Object.assign(new TypeError('x'), { code: 'ERR_INVALID_URL' })).work))
  await outcome(policy.execute(throwing(INVALID).work))
  await outcome(policy.execute(throwing().work))
  expect(policy.state).toBe('closed')
  // Nobody has been asked.
  await outcome(policy.execute(throwing(Object.assign(new TypeError('x'), { code: 'ERR_INVALID_ARG_TYPE' })).work))
  await outcome(policy.execute(throwing(Object.assign(new Error('x'), { code: 'ENOENT', syscall: 'open' })).work))
  await outcome(policy.execute(throwing(new TypeError('undefined is not a function')).work))
  await outcome(policy.execute(throwing().work))
  expect(policy.state).toBe('open')
})

test('a share of failures in a window opens the circuit, once there are enough calls in it', async () => {
  const { clock, policy } = make({ breaker: { failureRatio: 0.5, window: '10s', minimumCalls: 4 } })
  const { work } = throwing()
  await outcome(policy.execute(work))
  await outcome(policy.execute(work))
  await outcome(policy.execute(work))
  expect(policy.state).toBe('closed')
  await clock.advance(11_000)
  await outcome(policy.execute(() => 1))
  await outcome(policy.execute(() => 1))
  await outcome(policy.execute(work))
  expect(policy.state).toBe('closed')
  await outcome(policy.execute(work))
  expect(policy.state).toBe('open')
  await clock.advance(10_000)
  await policy.execute(() => 1)
  await outcome(policy.execute(work))
  await outcome(policy.execute(work))
  expect(policy.state).toBe('closed')
})

test('an open circuit ends the retries, with the error of the dependency', async () => {
  const { policy } = make({ breaker: { failures: 1 }, retry: { idempotent: true } })
  const { work, attempts } = throwing()
  expect(await outcome(policy.execute(work))).toBe(REFUSED)
  expect(attempts).toEqual([1])
})

test('the bulkhead lets so many run, so many wait in the order of coming, and refuses the next with 503', async () => {
  const { clock, policy } = make({ bulkhead: { concurrency: 2, queue: 2 } })
  const running: PromiseWithResolvers<string>[] = []
  const begin = (name: string) =>
    outcome(
      policy.execute(() => {
        started.push(name)
        const work = Promise.withResolvers<string>()
        running.push(work)
        return work.promise
      }),
    )
  const started: string[] = []
  const calls = ['a', 'b', 'c', 'd'].map(begin)
  expect(await begin('e')).toMatchObject({ code: 'SEA_POLICY_BULKHEAD_FULL', statusCode: 503 })
  expect(policy.load).toEqual({ running: 2, waiting: 2 })
  running[1]?.resolve('done')
  await clock.advance(0)
  expect(started).toEqual(['a', 'b', 'c'])
  calls.push(begin('f'))
  for (let at = 0; at < 5; at++) {
    running[at]?.resolve('done')
    await clock.advance(0)
  }
  expect(started).toEqual(['a', 'b', 'c', 'd', 'f'])
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 5 }, () => ({ value: 'done' })))
  expect(policy.load).toEqual({ running: 0, waiting: 0 })
})

test('a place that is given to a call at the moment of its end goes to the next', async () => {
  const { policy } = make({ bulkhead: { concurrency: 1, queue: 2 } })
  const controller = new AbortController()
  const first = Promise.withResolvers<string>()
  const calls = [
    outcome(policy.execute(() => first.promise)),
    outcome(policy.execute(() => 'never made', { signal: controller.signal })),
    outcome(policy.execute(() => 'the next')),
  ]
  first.resolve('the first')
  // Gives up as soon as the place is its own, before it can have begun.
  while (policy.load.waiting === 2) await Promise.resolve()
  controller.abort(REFUSED)
  expect(await Promise.all(calls)).toEqual([{ value: 'the first' }, REFUSED, { value: 'the next' }])
  expect(policy.load).toEqual({ running: 0, waiting: 0 })
})

test('who has given up before the call does not wait for a place', async () => {
  const { policy } = make({ bulkhead: { concurrency: 1, queue: 1 } })
  void outcome(policy.execute(hanging().work))
  const reason = new Error('the client has gone')
  expect(await outcome(policy.execute(() => 1, { signal: AbortSignal.abort(reason) }))).toBe(reason)
  expect(policy.load).toEqual({ running: 1, waiting: 0 })
})

test('a signal that outlives 1,000 calls keeps nothing of them', async () => {
  const { clock, policy } = make({ retry: { idempotent: true, attempts: 2, budget: { floor: 1_000 } } })
  const { signal } = new AbortController()
  const calls = Array.from({ length: 1_000 }, () => outcome(policy.execute(throwing().work, { signal })))
  await clock.advance(100)
  await Promise.all(calls)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test('an attempt that has ended is told nothing of what becomes of its call', async () => {
  const { clock, policy } = make({ retry: { idempotent: true, attempts: 2 } })
  const controller = new AbortController()
  const signals: AbortSignal[] = []
  const ended = outcome(
    policy.execute(
      (call) => {
        signals.push(call.signal)
        return call.attempt === 1 ? Promise.reject(REFUSED) : new Promise(() => {})
      },
      { signal: controller.signal },
    ),
  )
  await clock.advance(100)
  controller.abort(REFUSED)
  expect(await ended).toBe(REFUSED)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
})

test('while every place is taken, and every place to wait, the health is degraded', async () => {
  expect(
    make({ bulkhead: { concurrency: 1, queue: 0 } })
      .policy.healthCheck()
      .check(),
  ).toEqual({ status: 'healthy' })
  const { clock, policy } = make({ bulkhead: { concurrency: 1, queue: 1 }, breaker: { failures: 1 } })
  const { check } = policy.healthCheck()
  const first = outcome(policy.execute(hanging().work))
  expect(check()).toEqual({ status: 'healthy' })
  const second = outcome(policy.execute(hanging().work))
  const message = 'the bulkhead is full: 1 calls are running and 1 are waiting'
  expect(check()).toEqual({ status: 'degraded', message })
  await clock.advance(30_000)
  expect(await Promise.all([first, second])).toMatchObject([
    { code: 'SEA_POLICY_ATTEMPT_TIMED_OUT' },
    { code: 'SEA_POLICY_CIRCUIT_OPEN' },
  ])
  expect(check()).toEqual({
    status: 'degraded',
    message: 'the circuit is open, the last failure was SEA_POLICY_ATTEMPT_TIMED_OUT',
  })
})

test('who gives up waiting for a place leaves the queue at once, and the total timeout holds there, too', async () => {
  const { clock, policy } = make({ timeout: { total: '1s' }, bulkhead: { concurrency: 1, queue: 2 } })
  const first = outcome(policy.execute(hanging().work))
  const controller = new AbortController()
  const second = outcome(policy.execute(() => 2, { signal: controller.signal }))
  controller.abort()
  expect(await second).toMatchObject({ name: 'AbortError' })
  expect(policy.load).toEqual({ running: 1, waiting: 0 })
  await clock.advance(500)
  const third = outcome(policy.execute(() => 3))
  await clock.advance(500)
  expect(await first).toMatchObject({ code: 'SEA_POLICY_TIMED_OUT' })
  // What outlived its call holds no place.
  expect(await third).toEqual({ value: 3 })
  expect(policy.load).toEqual({ running: 0, waiting: 0 })
})

test('a value can be a failure: it is tried again, those before are discarded, and the last one is returned', async () => {
  const { clock, policy } = make({ retry: { idempotent: true, attempts: 3 } })
  const discarded: number[] = []
  const ended = policy.execute(({ attempt }) => attempt, {
    classifyResult: () => ({ category: 'unavailable', retryable: true, retryAfterMs: undefined, code: undefined }),
    discard: (value) => {
      discarded.push(value)
      throw new Error('not your problem')
    },
  })
  await clock.advance(1_000)
  expect(await ended).toBe(3)
  expect(discarded).toEqual([1, 2])
})

test('at whichever moment a caller gives up, a value is given to it or discarded, never lost', async () => {
  for (let moment = 0; moment < 60; moment++) {
    const { policy } = make({ bulkhead: { concurrency: 1 }, breaker: {} })
    const before = policy.execute(() => 'holds the place')
    const controller = new AbortController()
    const discarded: string[] = []
    let answers = 0
    const work = async (): Promise<string> => `answer ${++answers}`
    const discard = (value: string): void => void discarded.push(value)
    const ended = outcome(policy.execute(work, { signal: controller.signal, discard }))
    for (let turn = 0; turn < moment; turn++) await Promise.resolve()
    controller.abort(REFUSED)
    const end = await ended
    await before
    await new Promise((resolve) => setImmediate(resolve))
    expect([moment, policy.load, getEventListeners(controller.signal, 'abort').length]).toEqual([
      moment,
      { running: 0, waiting: 0 },
      0,
    ])
    const given = end === REFUSED ? 0 : 1
    expect([moment, end, discarded.length]).toEqual([
      moment,
      given === 0 ? REFUSED : { value: 'answer 1' },
      answers - given,
    ])
  }
})

test('a value that comes too late is discarded', async () => {
  const { clock, policy } = make({ timeout: { attempt: 100 } })
  const late = Promise.withResolvers<string>()
  const discard = vi.fn<(value: string) => void>()
  const ended = outcome(policy.execute(() => late.promise, { discard }))
  await clock.advance(100)
  expect(await ended).toBeInstanceOf(PolicyError)
  late.resolve('late')
  await clock.advance(0)
  expect(discard.mock.calls).toEqual([['late']])
})

test('a log that is not there yet is asked for at each line', async () => {
  const lines: string[] = []
  let isStarted = false
  const warn = (_: object, message: string): void => void lines.push(message)
  const log = () => {
    if (!isStarted) throw new Error('asked for before the start')
    return { debug() {}, info() {}, warn, error() {} }
  }
  const { clock, policy } = make({ log, breaker: { failures: 1, openFor: '1s' } })
  await outcome(policy.execute(throwing().work))
  isStarted = true
  await clock.advance(1_000)
  await policy.execute(() => 1)
  await outcome(policy.execute(throwing().work))
  expect(lines).toEqual(['payments: the circuit is open after ECONNREFUSED, calls are refused for 1s'])
})

test('what a policy asks of its user throws into no call', async () => {
  const fail = (): never => {
    throw new Error('broken')
  }
  const { policy } = make({
    classify: fail,
    log: { debug: fail, info: fail, warn: fail, error: fail },
    breaker: { failures: 1 },
  })
  expect(await outcome(policy.execute(throwing().work))).toBe(REFUSED)
  expect(policy.state).toBe('open')
})

test('the own word of a policy on what an error is goes before the taxonomy', async () => {
  const { clock, policy } = make({
    retry: { idempotent: true, attempts: 2 },
    classify: (error) =>
      error === 'odd' ? { category: 'unavailable', retryable: true, retryAfterMs: 5, code: 'ODD' } : undefined,
  })
  const { work, attempts } = throwing('odd')
  const ended = outcome(policy.execute(work))
  await clock.advance(105)
  expect(await ended).toBe('odd')
  expect(attempts).toEqual([1, 2])
})

test.each([Number.NaN, -5_000])('a wait of %d that it says is none at all', async (retryAfterMs) => {
  const { clock, policy } = make({
    retry: { idempotent: true, attempts: 2 },
    classify: () => ({ category: 'unavailable', retryable: true, retryAfterMs, code: 'ODD' }),
  })
  const { work, attempts } = throwing('odd')
  const ended = outcome(policy.execute(work))
  await clock.advance(99)
  expect(attempts).toEqual([1])
  await clock.advance(1)
  expect(await ended).toBe('odd')
  expect(attempts).toEqual([1, 2])
})

test.each([
  ['nonsense', () => Number.NaN],
  ['more than all', () => 7],
  [
    'an error',
    () => {
      throw new Error('no luck')
    },
  ],
])('a random that gives %s makes the wait the longest, and costs no call its answer', async (_, random) => {
  const { clock, policy } = make({ retry: { idempotent: true, attempts: 2 }, random })
  const { work, attempts } = throwing()
  const ended = outcome(policy.execute(work))
  await clock.advance(99)
  expect(attempts).toEqual([1])
  await clock.advance(1)
  expect(await ended).toBe(REFUSED)
  expect(attempts).toEqual([1, 2])
})

test('the budget that runs out is told once, until a retry could be paid for again', async () => {
  const { clock, policy, lines } = make({
    retry: { idempotent: true, attempts: 2, budget: { ratio: 0.1, floor: 1 } },
  })
  const { work, attempts } = throwing()
  const call = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) {
      const ended = outcome(policy.execute(work))
      await clock.advance(100)
      await ended
    }
  }
  await call(10)
  expect(attempts).toHaveLength(11)
  expect(lines).toHaveLength(1)
  await call(5)
  expect(attempts).toHaveLength(17)
  expect(lines).toEqual([
    'warn policy.budget.exhausted payments: the retry budget is used up, failed calls are not made again',
    'warn policy.budget.exhausted payments: the retry budget is used up, failed calls are not made again',
  ])
})

test('wrap() makes a function that runs under the policy', async () => {
  const { policy } = make()
  const quote = policy.wrap(async ({ attempt }, id: number, currency: string) => `${attempt} ${id} ${currency}`)
  expect(await quote(7, 'EUR')).toBe('1 7 EUR')
})

test.each<[unknown, string]>([
  [{ retry: {} }, '"idempotent" has to be true or "keyed"'],
  [{ retry: { idempotent: false } }, '"idempotent" has to be true or "keyed"'],
  [{ retry: { idempotent: true, budget: { ratio: 0.5 } } }, '"ratio" is 0.5, expected 0 to 0.1'],
  [{ retry: { idempotent: true, attempts: 1 } }, '"attempts" is 1, expected 2 to 10'],
  [{ breaker: { failures: 1, failureRatio: 0.5 } }, 'two ways of counting'],
  [{ breaker: { window: '10s' } }, 'belong to "failureRatio"'],
  [{ bulkhead: {} }, '"concurrency" is required'],
  [{ timeout: { all: 1 } }, '"all" is not an option'],
  [{ name: 'a\nb' }, 'expected letters'],
  [{ retires: {} }, '"retires" is not an option'],
])('wrong options are refused with what is wrong: %j', (options, problem) => {
  expect(() => createPolicy({ name: 'x', ...(options as object) })).toThrowError(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID', message: expect.stringContaining(problem) }) as Error,
  )
})

test.each<[unknown, number]>([
  ['1500', 1_500],
  ['0', 0],
  ['2000', 2_000],
  ['2001', 2_000],
  ['999999999999999', 2_000],
  ['9'.repeat(400), 2_000],
  [undefined, 2_000],
  ['', 2_000],
  ['soon', 2_000],
  ['1.5s', 2_000],
  ['-5', 2_000],
  ['1e3', 2_000],
  [' 7', 2_000],
  ['1500, 1', 2_000],
  [['1500'], 2_000],
  [Number.NaN, 2_000],
])('of a header that says %j a request has %i ms left', (header, leftMs) => {
  expect(readDeadline(header, '2s')).toBe(leftMs)
})

test('withDeadline() and readDeadline() refuse what is no duration', () => {
  expect(() => readDeadline('5', 'soon')).toThrow('readDeadline(): the second argument is no duration')
  expect(() => withDeadline('soon', () => 1)).toThrowError(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }) as Error,
  )
})
