import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { type BreakerOptions, createBreaker, PolicyError } from '../../../src/public/resilience.ts'

const REFUSED = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' })
const DUPLICATE = Object.assign(new Error('duplicate key'), { code: '23505', severity: 'ERROR' })

/** Cockatiel counts after some turns of the queue. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function make(options: Partial<BreakerOptions> = {}) {
  const clock = new ManualClock()
  const lines: string[] = []
  const keep = (level: string) => (fields: object, message: string) =>
    void lines.push(`${level} ${(fields as { event: string }).event} ${message}`)
  const log = { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  const breaker = createBreaker({ name: 'orders-db', failures: 3, openFor: 1_000, clock, log, ...options })
  const fail = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time++) breaker.failed(REFUSED)
    await settled()
  }
  return { breaker, clock, lines, fail }
}

test('failures in a row open it: at 2 of 3 it is closed, at 3 it refuses, and says why without the message of the error', async () => {
  const { breaker, fail, lines } = make()
  await fail(2)
  expect(breaker.refusal()).toBeUndefined()
  breaker.succeeded()
  await fail(2)
  expect(breaker.state).toBe('closed')
  await fail(1)
  expect(breaker.state).toBe('open')
  const refusal = breaker.refusal()
  expect(refusal).toBeInstanceOf(PolicyError)
  expect(refusal).toMatchObject({
    code: 'SEA_POLICY_CIRCUIT_OPEN',
    message: '"orders-db": the circuit is open, the last failure was ECONNREFUSED',
    statusCode: 503,
    retryAfterMs: 1_000,
    cause: REFUSED,
  })
  expect(() => breaker.admit()).toThrow(expect.objectContaining({ code: 'SEA_POLICY_CIRCUIT_OPEN' }))
  expect(lines).toEqual([
    'warn breaker.open orders-db: the circuit is open after ECONNREFUSED, calls are refused for 1s',
  ])
  expect(breaker.healthCheck().check()).toEqual({
    status: 'degraded',
    message: 'the circuit is open, the last failure was ECONNREFUSED',
  })
})

test('when its time is over one call is let through, whatever it is told of; others are refused until something is seen', async () => {
  const { breaker, clock, fail } = make()
  await fail(3)
  await clock.advance(999)
  expect(breaker.refusal()).toBeDefined()
  await clock.advance(1)
  expect(breaker.refusal()).toBeUndefined()
  expect([breaker.state, breaker.probes]).toEqual(['half_open', 1])
  expect(breaker.refusal()).toBeDefined()
  breaker.succeeded()
  await settled()
  expect(breaker.state).toBe('closed')
  expect(breaker.refusal()).toBeUndefined()
  expect(clock.pending).toBe(0)
})

test('a probe that fails opens it again for as long, and what is seen while it is open changes nothing', async () => {
  const { breaker, clock, fail, lines } = make()
  await fail(3)
  breaker.succeeded()
  await settled()
  expect(breaker.state).toBe('open')
  await clock.advance(1_000)
  expect(breaker.refusal()).toBeUndefined()
  await fail(1)
  expect(breaker.state).toBe('open')
  await clock.advance(999)
  expect(breaker.refusal()).toBeDefined()
  await clock.advance(1)
  expect(breaker.refusal()).toBeUndefined()
  expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(1)
})

test('a probe of which nothing is heard has failed when its time is over', async () => {
  const { breaker, clock, fail } = make({ probeTimeout: 5_000 })
  await fail(3)
  await clock.advance(1_000)
  breaker.admit()
  await clock.advance(4_999)
  expect(breaker.state).toBe('half_open')
  await clock.advance(1)
  await settled()
  expect(breaker.state).toBe('open')
  expect(breaker.refusal()).toMatchObject({ cause: { code: 'SEA_POLICY_ATTEMPT_TIMED_OUT' } })
})

test('run() judges a call as a policy does: what the dependency answers is no failure of it', async () => {
  const { breaker, clock } = make()
  for (let time = 0; time < 5; time++)
    await expect(breaker.run(() => Promise.reject(DUPLICATE))).rejects.toBe(DUPLICATE)
  await settled()
  expect(breaker.state).toBe('closed')
  for (let time = 0; time < 3; time++) await expect(breaker.run(() => Promise.reject(REFUSED))).rejects.toBe(REFUSED)
  await settled()
  expect(breaker.state).toBe('open')
  let calls = 0
  await expect(breaker.run(() => (calls += 1))).rejects.toMatchObject({ code: 'SEA_POLICY_CIRCUIT_OPEN' })
  expect(calls).toBe(0)
  await clock.advance(1_000)
  // Whoever calls the probe off says nothing: the next call is the probe.
  const off = new DOMException('off', 'AbortError')
  await expect(breaker.run(() => Promise.reject(off))).rejects.toBe(off)
  await settled()
  expect(await breaker.run(() => 7)).toBe(7)
  await settled()
  expect(breaker.state).toBe('closed')
})

test('a call of run() that began before the circuit changed says nothing, neither of a probe nor for the next outage', async () => {
  const { breaker, clock, fail } = make()
  const early = Array.from({ length: 6 }, () => Promise.withResolvers<number>())
  const ends = early.map(({ promise }) => breaker.run(() => promise).catch((error: unknown) => error))
  await fail(3)
  await clock.advance(1_000)
  breaker.admit()
  // Begun while all was well, lost when the server went.
  early[0]?.reject(REFUSED)
  early[1]?.resolve(7)
  await settled()
  expect(breaker.state).toBe('half_open')
  breaker.succeeded()
  await settled()
  expect(breaker.state).toBe('closed')
  for (const { reject } of early.slice(2)) reject(REFUSED)
  await settled()
  expect(breaker.state).toBe('closed')
  expect(await Promise.all(ends)).toEqual([REFUSED, 7, REFUSED, REFUSED, REFUSED, REFUSED])
})

test('mistakes in options are told at once', () => {
  expect(() => createBreaker({ name: 'x', probeTimeout: 0, failures: 0 })).toThrow(
    expect.objectContaining({ code: 'SEA_OPTIONS_INVALID' }),
  )
})

test('whatever is seen in whatever order, there is never more than one probe for each time that it was open', async () => {
  const step = fc.constantFrom('ask', 'succeed', 'fail', 'wait')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { breaker, clock } = make({ failures: 1 })
      let opened = 0
      let letThrough = 0
      breaker.onChange((state) => {
        if (state === 'open') opened += 1
      })
      for (const each of steps) {
        if (each === 'succeed') breaker.succeeded()
        else if (each === 'fail') breaker.failed(REFUSED)
        else if (each === 'wait') await clock.advance(500)
        else if (breaker.state !== 'closed' && breaker.refusal() === undefined) letThrough += 1
        await settled()
      }
      expect(letThrough).toBeLessThanOrEqual(opened)
      expect(breaker.probes).toBe(letThrough)
    }),
  )
})
