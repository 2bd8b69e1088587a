import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import CRASH_02 from '../../../src/trial/trials/CRASH-02.ts'
import { judge, makeFacts, makeLifetime, makeRequest } from '../samples.ts'
import { makeLine, makeProbe, makeSpawned } from '../start-samples.ts'

const FACTS = makeFacts({ startupMs: { value: 5000, origin: 'flag' } })
const KILLED_AT = 1500
const BEGAN = 1_700_000_000_000

interface Before {
  readonly answered?: number
  readonly inFlight?: number
  readonly exit?: HistoryEvent | false
  readonly kill?: boolean
}

/** Ready after 300 ms, killed at 1.5 s with a request in flight, unless it says otherwise. */
function killed({ answered = 20, inFlight = 1, exit, kill = true }: Before = {}): Lifetime {
  const events: HistoryEvent[] = [
    makeSpawned(0),
    makeProbe({ startedAt: 295 }),
    ...Array.from({ length: answered }, (_, id) => makeRequest({ id, at: 500 + id * 10 })),
    ...Array.from({ length: inFlight }, (_, id) =>
      makeRequest({
        id: 900 + id,
        load: 'slow',
        startedAt: KILLED_AT - 200,
        at: KILLED_AT + 5,
        outcome: 'reset-fresh',
      }),
    ),
  ]
  if (kill) events.push({ kind: 'signal', at: KILLED_AT, signal: 'SIGKILL', why: 'trial' })
  if (exit !== false) events.push(exit ?? { kind: 'exited', at: KILLED_AT + 10, code: null, signal: 'SIGKILL' })
  return makeLifetime(events, {
    id: 0,
    voyage: 'dirty-restart',
    settings: { step: 'killed' },
    startedAtUnixMs: BEGAN,
  })
}

/** A life that begins 50 ms after the end of the other, and is ended by us after 3 s. */
function restarted(events: readonly HistoryEvent[], endedAt = 3000): Lifetime {
  const end: HistoryEvent = { kind: 'signal', at: endedAt, signal: 'SIGKILL', why: 'trial' }
  return makeLifetime([makeSpawned(0), ...events, end], {
    id: 1,
    voyage: 'dirty-restart',
    settings: { step: 'restarted' },
    startedAtUnixMs: BEGAN + KILLED_AT + 60,
  })
}

const readyAt = (at: number): HistoryEvent => makeProbe({ startedAt: at - 5 })
const answers = (from: number, count = 10, status = 200): HistoryEvent[] =>
  Array.from({ length: count }, (_, index) =>
    makeRequest({ id: 100 + index, startedAt: from + index, at: from + index + 5, status }),
  )
const GOOD = restarted([readyAt(320), ...answers(400)])
const say = (again: Lifetime, before?: Before) => judge(CRASH_02, [killed(before), again], FACTS)

test('a service that is ready again, and answers, passes', () => {
  expect(say(GOOD)).toMatchObject({
    outcome: 'PASS',
    says: 'Killed with 1 request in flight and started 50 ms later, it was ready after 320 ms',
    notes: [],
  })
  expect(say(GOOD).figures).toContainEqual({ name: 'restartAfterMs', value: 50 })
})

test('the startup budget is allowed; a restart that takes much longer than a start is told of', () => {
  const slow = say(restarted([readyAt(5000), ...answers(5100)], 8000))
  expect(slow.outcome).toBe('PASS')
  expect(slow.notes).toEqual(['Its first start took 300 ms: after a SIGKILL it repairs something'])
})

test.each<[string, Lifetime, string]>([
  [
    'an end before it is ready',
    restarted([makeLine(90, 'Error: EEXIST shop.lock'), { kind: 'exited', at: 100, code: 1, signal: null }]),
    'Started again after a SIGKILL, it ended with exit code 1, before it was ready',
  ],
  [
    'an end after it was ready',
    restarted([readyAt(300), { kind: 'exited', at: 700, code: 0, signal: null }]),
    'Started again after a SIGKILL, it ended with exit code 0, 400 ms after it was ready',
  ],
  [
    'a start beyond its budget',
    restarted([readyAt(5001), ...answers(5100)], 8000),
    'Started again after a SIGKILL, it was not ready after 5001 ms; 5000 ms are allowed',
  ],
  [
    'no start',
    restarted([], 10_000),
    'Started again after a SIGKILL, it was not ready after 10000 ms; 5000 ms are allowed',
  ],
  [
    'requests that fail',
    restarted([readyAt(300), ...answers(400, 10, 500)]),
    'Started again after a SIGKILL, it was ready, and 10 of 10 requests failed; the first was answered with 500',
  ],
])('%s fails', (_, again, says) => {
  const verdict = say(again)
  expect(verdict).toMatchObject({ outcome: 'FAIL', says })
  expect(verdict.evidence[0]?.seen).toMatchObject({ lifetime: 1, from: 0 })
})

test('what the output said last is shown', () => {
  const again = restarted([makeLine(90, 'Error: EEXIST shop.lock'), { kind: 'exited', at: 100, code: 1, signal: null }])
  expect(say(again).evidence[0]?.lines).toEqual(['Error: EEXIST shop.lock'])
})

test.each<[string, Lifetime, Before, string]>([
  ['it had answered little', GOOD, { answered: 9 }, 'Before the SIGKILL there were 9 answers, and 1 request in flight'],
  ['nothing was in flight', GOOD, { inFlight: 0 }, '0 requests in flight at it; it takes 10 and 1'],
  ['it had ended before', GOOD, { exit: { kind: 'exited', at: 900, code: 1, signal: null } }, 'not killed and started'],
  ['it was never killed', GOOD, { kill: false, exit: false }, 'not killed and started again'],
  ['few answers came then', restarted([readyAt(300), ...answers(400, 4)]), {}, 'only 4 answers came then'],
  ['it was not watched for long', restarted([], 4000), {}, 'The restart was watched for 4000 ms only'],
])('nobody can tell when %s', (_, again, before, says) => {
  const verdict = say(again, before)
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain(says)
})

test('nobody can tell when there was no second life', () => {
  expect(judge(CRASH_02, [], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(CRASH_02, [killed()], FACTS).outcome).toBe('INCONCLUSIVE')
})
