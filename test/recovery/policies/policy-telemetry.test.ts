import { context } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { activeDeadline, createPolicy, resilientFetch, withDeadline } from '../../../src/public/resilience.ts'
import { deliverSpans, startServer, startTelemetry } from '../../telemetry/telemetry-fixture.ts'

const REFUSED = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
const refuse = (): never => {
  throw REFUSED
}

test('a policy within another, and within a deadline, never waits longer than what is around it', async () => {
  await using _started = await startTelemetry()
  const clock = new ManualClock()
  const outer = createPolicy({ name: 'outer', clock, timeout: { total: 3_000, attempt: 2_000 } })
  const inner = createPolicy({ name: 'inner', clock, timeout: { total: 60_000, attempt: 60_000 } })
  const seen: unknown[] = []
  const note = (): void => void seen.push(activeDeadline()?.leftMs())
  note()
  await withDeadline(
    '1s',
    async () => {
      note()
      await outer.execute(() => inner.execute(note))
      await withDeadline(5_000, async () => note(), clock)
    },
    clock,
  )
  await outer.execute(() => inner.execute(note))
  expect(seen).toEqual([undefined, 1_000, 1_000, 1_000, 2_000])

  let ended: unknown
  void withDeadline('1s', () => inner.execute(() => new Promise(() => {})), clock).catch(
    (error: unknown) => void (ended = error),
  )
  await clock.advance(999)
  expect(ended).toBeUndefined()
  await clock.advance(1)
  expect(ended).toMatchObject({ code: 'SEA_POLICY_TIMED_OUT' })
})

test('a call whose deadline has passed is not made', async () => {
  await using _started = await startTelemetry()
  const clock = new ManualClock()
  const policy = createPolicy({ name: 'late', clock })
  let calls = 0
  const late = withDeadline(0, () => policy.execute(() => (calls += 1)), clock)
  await expect(late).rejects.toMatchObject({ code: 'SEA_POLICY_TIMED_OUT', statusCode: 504 })
  expect(calls).toBe(0)
})

test('the span of each attempt says which one it is, and what is called in the work has the context of the call', async () => {
  await using started = await startTelemetry()
  await using server = await startServer((request, response) => {
    response.statusCode = Number(request.headers['x-count'] ?? 503)
    response.end()
  })
  const policy = createPolicy({ name: 'p', retry: { idempotent: true, attempts: 3, backoff: { initial: 1 } } })
  await (await resilientFetch(policy)(server.url)).text()
  const spans = (await deliverSpans(started, 6)).filter(({ kind }) => kind === 3)
  expect(spans.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1, 2])
  expect(context.active().getValue(Symbol.for('seaworthy.resend_count'))).toBeUndefined()
})

test('calls by outcome, retries, an exhausted budget and the state of the breaker are metrics of the dependency', async () => {
  await using started = await startTelemetry()
  const clock = new ManualClock()
  const policy = createPolicy({
    name: 'payments',
    clock,
    retry: { idempotent: true, attempts: 2, budget: { floor: 1, ratio: 0 }, backoff: { initial: 0 } },
    breaker: { failures: 4, openFor: '10s' },
    bulkhead: { concurrency: 1, queue: 0 },
  })
  const call = async (work: () => unknown, options = {}): Promise<void> => {
    const ended = policy.execute(work, options).catch(() => {})
    await clock.advance(0)
    await ended
  }
  await call(() => 1)
  await call(refuse)
  await call(() => 1, { signal: AbortSignal.abort() })
  const hanging = policy.execute(() => new Promise(() => {})).catch(() => {})
  await call(() => 1)
  await clock.advance(30_000)
  await hanging
  await call(refuse)
  await started.telemetry.flush(5_000)
  const read = (name: string) =>
    started.receiver.store
      .metrics({ name })
      .map(({ attributes, latest }) => [attributes, Number(Reflect.get(latest, 'value'))])
  const dependency = 'payments'
  expect(read('seaworthy.breaker.state')).toEqual([[{ dependency }, 2]])
  expect(read('seaworthy.bulkhead.running')).toEqual([[{ dependency }, 0]])
  expect(read('seaworthy.bulkhead.waiting')).toEqual([[{ dependency }, 0]])
  expect(read('seaworthy.breaker.changes')).toEqual([[{ dependency, state: 'open' }, 1]])
  expect(read('seaworthy.policy.retries')).toEqual([[{ dependency, 'error.type': 'refused' }, 1]])
  expect(read('seaworthy.policy.budget.exhausted')).toEqual([[{ dependency }, 1]])
  expect(read('seaworthy.policy.calls')).toEqual(
    expect.arrayContaining([
      [{ dependency, outcome: 'success' }, 1],
      [{ dependency, outcome: 'failure', 'error.type': 'refused' }, 2],
      [{ dependency, outcome: 'timeout', 'error.type': 'timeout' }, 1],
      [{ dependency, outcome: 'cancelled' }, 1],
      [{ dependency, outcome: 'bulkhead_full' }, 1],
    ]),
  )
  expect(read('seaworthy.policy.calls')).toHaveLength(5)
})
