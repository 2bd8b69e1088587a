import { expect, test } from 'vitest'
import type { DependencyFact } from '../../../src/trial/facts.ts'
import type { RequestEvent } from '../../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import trial from '../../../src/trial/trials/START-01.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeProbe, makeSpawned } from '../start-samples.ts'

const DATABASE: DependencyFact = {
  name: 'db',
  variable: 'DATABASE_URL',
  template: 'postgresql://{host}:{port}/shop',
  host: 'db.internal',
  port: 5432,
  protocol: 'postgresql',
  origin: 'found',
}

/** Ready at 200; a request every 20 ms from the first moment on, refused until then. */
function makeStart(
  change: (request: RequestEvent) => RequestEvent = (request) => request,
  { others = [], until = 1000, label = 'start 1' }: { others?: HistoryEvent[]; until?: number; label?: string } = {},
): Lifetime {
  const requests = Array.from({ length: until / 20 }, (_, id) => {
    const startedAt = id * 20 + 1
    const refused = { outcome: 'refused', errorCode: 'ECONNREFUSED', status: undefined } as const
    const request = makeRequest({ id, at: startedAt + 5, startedAt, load: 'new' })
    return change(startedAt < 200 ? ({ ...request, ...refused } as unknown as RequestEvent) : request)
  })
  const probes = Array.from({ length: until / 20 }, (_, index) =>
    makeProbe({ startedAt: index * 20, at: index * 20 + (index < 10 ? 1 : 0), status: index < 10 ? 503 : 200 }),
  )
  return makeLifetime([makeSpawned(0), ...probes, ...requests, ...others], { voyage: 'starts', label })
}

const failAt =
  (startedAt: number, change: Partial<RequestEvent>) =>
  (request: RequestEvent): RequestEvent =>
    request.startedAt === startedAt ? { ...request, ...change } : request

test('requests that succeed from the first "ready" on pass, with the bound of 95 %', () => {
  const verdict = judge(trial, [makeStart(), makeStart()])
  expect(verdict).toMatchObject({ outcome: 'PASS', figures: [{ value: 2 }, { value: 80 }, { value: 25 }] })
  expect(verdict.says).toContain('3.68 %')
})

test('what is refused before "ready" is no failure, and what is answered with 503 after it is', () => {
  const verdict = judge(trial, [makeStart(failAt(201, { status: 503 }))])
  expect(verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ seen: { lifetime: 0, requests: [10] } }] })
  expect(verdict.says).toBe(
    '1 of 40 requests failed after it said that it was ready in "start 1"; the first was answered with 503, sent 1 ms after that',
  )
})

test('a request that was refused after "ready" is a failure', () => {
  expect(judge(trial, [makeStart(failAt(301, { outcome: 'refused' }))]).outcome).toBe('FAIL')
})

test('a process that ends by itself after "ready" fails, although nobody signalled it', () => {
  const exited = { kind: 'exited', at: 400, code: 1, signal: null } as const
  const start = makeStart((request) => (request.startedAt > 400 ? { ...request, outcome: 'refused' } : request), {
    others: [exited],
  })
  expect(judge(trial, [start]).outcome).toBe('FAIL')
})

test('what the stop of the start cut off is no failure', () => {
  const killed = { kind: 'signal', at: 900, signal: 'SIGKILL', why: 'trial' } as const
  const start = makeStart((request) => (request.at > 899 ? { ...request, outcome: 'reset-fresh' } : request), {
    others: [killed],
  })
  expect(judge(trial, [start]).outcome).toBe('PASS')
})

test.each([
  { count: 4, outcome: 'INCONCLUSIVE' },
  { count: 5, outcome: 'PASS' },
])('with $count requests within 500 ms after "ready" it is $outcome', ({ count, outcome }) => {
  const start = makeStart()
  const events = start.events.filter((event) => event.kind !== 'request' || event.startedAt < 200 + count * 20)
  const verdict = judge(trial, [{ ...start, events }])
  const says = outcome === 'PASS' ? 'None of 5 requests' : 'Only 4 requests'
  expect(verdict).toMatchObject({ outcome, says: expect.stringContaining(says) })
})

test('other loads are not looked at: they provoke errors', () => {
  expect(judge(trial, [makeStart((request) => ({ ...request, load: 'odd-context', status: 500 }))]).outcome).toBe(
    'INCONCLUSIVE',
  )
})

test('a service without a readiness probe is ready when its port is open', () => {
  const facts = makeFacts({ probes: {} })
  const opened = {
    kind: 'listening',
    at: 150,
    what: 'opened',
    port: 8080,
    host: '0.0.0.0',
    pid: 42,
    resolutionMs: 10,
  } as const
  const verdict = judge(trial, [makeStart(undefined, { others: [opened] })], facts)
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('after its port had opened')
})

test('ready before the database was connected to fails, and after it passes', () => {
  const facts = makeFacts({ dependencies: [DATABASE] })
  const connected = (at: number): HistoryEvent => ({
    kind: 'dependency',
    at,
    dependency: 'db',
    connection: 0,
    what: 'connected',
  })
  const late = judge(trial, [makeStart(undefined, { others: [connected(500)] })], facts)
  expect(late.outcome).toBe('FAIL')
  expect(late.says).toContain('without ever having connected to "db"')
  expect(judge(trial, [makeStart(undefined, { others: [connected(100)] })], facts).outcome).toBe('PASS')
})

test('ready before an HTTP dependency was connected to is worth a note only', () => {
  const facts = makeFacts({ dependencies: [{ ...DATABASE, protocol: 'http' }] })
  expect(judge(trial, [makeStart()], facts)).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('Ready before "db"')],
  })
})

test('nothing at all, or a service that never becomes ready, is inconclusive', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeLifetime([], { voyage: 'starts' })]).outcome).toBe('INCONCLUSIVE')
})
