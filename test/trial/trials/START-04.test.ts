import { expect, test } from 'vitest'
import type { DependencyFact } from '../../../src/trial/facts.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { DEPENDENCY_RETURNED } from '../../../src/trial/history/marks/no-dependency-start.ts'
import trial from '../../../src/trial/trials/START-04.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeLine, makeProbe, makeSpawned } from '../start-samples.ts'

const DATABASE: DependencyFact = {
  name: 'db',
  variable: 'DATABASE_URL',
  template: 'postgresql://{host}:{port}/shop',
  host: 'db.internal',
  port: 5432,
  protocol: 'postgresql',
  origin: 'found',
}
const FACTS = makeFacts({ dependencies: [DATABASE] })
const AWAY: HistoryEvent = { kind: 'fault', at: 0, target: 'db', fault: 'refuse' }
const BACK: HistoryEvent = { kind: 'fault', at: 3000, target: 'db', fault: 'none' }
const MARK: HistoryEvent = { kind: 'mark', at: 3000, name: DEPENDENCY_RETURNED, data: {} }
const DIALLED: HistoryEvent = { kind: 'dependency', at: 100, dependency: 'db', connection: 0, what: 'refused' }
const OUTAGE = [AWAY, BACK, MARK, makeSpawned(10)]

function makeStart(events: readonly HistoryEvent[]): Lifetime {
  return makeLifetime(events, { voyage: 'no-dependency-start', label: 'without db', settings: { dependency: 'db' } })
}

/** Asked every 100 ms, ready at `readyAt`. */
function probes(readyAt: number, until = 20_000): HistoryEvent[] {
  return Array.from({ length: until / 100 }, (_, index) =>
    makeProbe({ startedAt: index * 100 + 20, at: index * 100 + 20, status: index * 100 + 20 >= readyAt ? 200 : 503 }),
  )
}

const exits = (at: number, code: number): HistoryEvent => ({ kind: 'exited', at, code, signal: null })

test('a service that waits, not ready, and recovers passes', () => {
  expect(judge(trial, [makeStart([...OUTAGE, DIALLED, ...probes(4020)])], FACTS)).toMatchObject({
    outcome: 'PASS',
    figures: [{ name: 'recoveredAfterMs', value: 1020 }],
  })
})

test('one that never recovers fails, and is inconclusive when it was not watched for long enough', () => {
  expect(judge(trial, [makeStart([...OUTAGE, DIALLED, ...probes(99_000)])], FACTS)).toMatchObject({
    outcome: 'FAIL',
    says: 'Not ready 16920 ms after "db" had returned',
  })
  expect(judge(trial, [makeStart([...OUTAGE, DIALLED, ...probes(99_000, 10_000)])], FACTS).outcome).toBe('INCONCLUSIVE')
})

test('one that ends with an error that names the dependency passes with a note', () => {
  const start = makeStart([AWAY, makeSpawned(10), makeLine(200, 'connect ECONNREFUSED 127.0.0.1:4711'), exits(300, 1)])
  expect(judge(trial, [start], FACTS)).toMatchObject({
    outcome: 'PASS',
    notes: [expect.stringContaining('ended with exit code 1 290 ms after its start without "db" and said why')],
  })
})

test('one that ends without a word on it, with code 0, or too late fails', () => {
  const said = makeLine(200, 'cannot reach db')
  const silent = makeStart([AWAY, makeSpawned(10), makeLine(200, 'bye'), exits(300, 1)])
  expect(judge(trial, [silent], FACTS)).toMatchObject({ outcome: 'FAIL', evidence: [{ lines: ['bye'] }] })
  expect(judge(trial, [makeStart([AWAY, makeSpawned(10), said, exits(300, 0)])], FACTS).outcome).toBe('FAIL')
  expect(judge(trial, [makeStart([AWAY, makeSpawned(10), said, exits(30_011, 1)])], FACTS).outcome).toBe('FAIL')
  expect(judge(trial, [makeStart([AWAY, makeSpawned(10), said, exits(30_010, 1)])], FACTS).outcome).toBe('PASS')
})

test('one that ends after the return fails', () => {
  const start = makeStart([...OUTAGE, DIALLED, ...probes(99_000, 4000), exits(4000, 1)])
  expect(judge(trial, [start], FACTS).says).toContain('after "db" had returned')
})

test.each([
  { what: 'requests fail', status: 500, count: 10, outcome: 'FAIL' },
  { what: 'nobody sends requests', status: 200, count: 0, outcome: 'FAIL' },
  { what: 'only four requests succeed', status: 200, count: 4, outcome: 'FAIL' },
  { what: 'five requests succeed', status: 200, count: 5, outcome: 'PASS' },
])('ready while the dependency is away, and $what: $outcome', ({ status, count, outcome }) => {
  const requests = Array.from({ length: count }, (_, id) => makeRequest({ id, at: 600 + id, status }))
  const verdict = judge(trial, [makeStart([...OUTAGE, DIALLED, ...probes(500), ...requests])], FACTS)
  expect(verdict.outcome).toBe(outcome)
})

test('one that is ready while some routes go on and the others are refused with 503 passes with a note', () => {
  const requests = (status: number): HistoryEvent[] =>
    Array.from({ length: 30 }, (_, id) => {
      const isOrder = id % 3 === 0
      const route = { method: isOrder ? 'POST' : 'GET', path: isOrder ? '/orders' : '/products' }
      return makeRequest({ id, startedAt: 600 + id * 50, at: 610 + id * 50, status: isOrder ? status : 200, ...route })
    })
  const told = (status: number) =>
    judge(trial, [makeStart([...OUTAGE, DIALLED, ...probes(500), ...requests(status)])], FACTS)
  expect(told(503)).toMatchObject({
    outcome: 'PASS',
    notes: ['Ready without "db", in a degraded mode: GET /products went on, POST /orders was refused with 503'],
  })
  expect(told(500)).toMatchObject({ outcome: 'FAIL', says: expect.stringContaining('10 of 30 requests failed') })
})

test('when it is ready, answers, and never connects, nobody can tell', () => {
  const requests = Array.from({ length: 9 }, (_, id) => makeRequest({ id, at: 600 + id }))
  expect(judge(trial, [makeStart([...OUTAGE, ...probes(500), ...requests])], FACTS)).toMatchObject({
    outcome: 'INCONCLUSIVE',
    says: 'The service never tried to connect to "db", neither while it was away nor after',
  })
})

test('without an outage from the beginning nobody can tell, and without a dependency there is nothing to try', () => {
  expect(judge(trial, [makeStart([makeSpawned(10), DIALLED, ...probes(500)])], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(trial, [makeStart([])], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(trial.skipBecause?.(makeFacts())).toContain('--dep')
  expect(trial.skipBecause?.(FACTS)).toBeUndefined()
})
