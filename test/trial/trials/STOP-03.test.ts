import { expect, test } from 'vitest'
import type { RequestEvent } from '../../../src/trial/history/client-events.ts'
import trial from '../../../src/trial/trials/STOP-03.ts'
import { judge, makeFacts, makeRequest } from '../samples.ts'
import { makeReadiness, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

const judgeStop = (changes: StopChanges = {}) => judge(trial, [makeStop(changes)])

/** Answers over kept connections, of which the last `untold` said nothing. */
function answers(count: number, untold: number, startedAt = SIGNALLED_AT + 300): RequestEvent[] {
  return Array.from({ length: count }, (_, id) =>
    makeRequest({
      id,
      connection: 500 + id,
      reuse: 1,
      startedAt,
      at: startedAt + 60 + id,
      saidClose: id < count - untold,
    }),
  )
}

test('answers that all say Connection: close pass', () => {
  const verdict = judgeStop()
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.says).toContain('5 of 5 answers')
})

test('94 % fail, 95 % pass', () => {
  expect(judgeStop({ idle: 0, requests: answers(100, 6) })).toMatchObject({
    outcome: 'FAIL',
    evidence: { 0: { seen: { lifetime: 0, requests: [94] } } },
  })
  expect(judgeStop({ idle: 0, requests: answers(100, 5) }).outcome).toBe('PASS')
})

test('a connection that the service closes right after the answer was told in its way', () => {
  const [request] = answers(1, 1, SIGNALLED_AT + 300)
  const closed = (at: number, by: 'client' | 'service') =>
    ({ kind: 'connection', id: 500, load: 'keep-alive', what: 'closed', at, by }) as const
  const outcome = (at: number, by: 'client' | 'service' = 'service') =>
    judgeStop({ requests: request === undefined ? [] : [request], events: [closed(at, by)] }).outcome
  expect(outcome(SIGNALLED_AT + 460)).toBe('PASS')
  expect(outcome(SIGNALLED_AT + 461)).toBe('FAIL')
  expect(outcome(SIGNALLED_AT + 460, 'client')).toBe('FAIL')
})

test('fewer than 5 answers say nothing', () => {
  expect(judgeStop({ idle: 4 })).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})

test('answers on their way at the signal do not count', () => {
  const untold = makeRequest({ id: 1, connection: 1, at: SIGNALLED_AT + 300 })
  const sign = makeReadiness(SIGNALLED_AT + 1, 503)
  const counted = (startedAt: number) =>
    judgeStop({ requests: [{ ...untold, startedAt }], events: [sign], idle: 0 }).figures[0]?.value
  expect(counted(SIGNALLED_AT - 1)).toBe(0)
  expect(counted(SIGNALLED_AT)).toBe(1)
})

test('what was answered before the service noticed does not count, for 250 ms at most', () => {
  // The first sign of it comes 200 ms after the signal.
  const early = answers(5, 5, SIGNALLED_AT + 100)
  expect(judgeStop({ requests: early }).outcome).toBe('PASS')
  // Without any sign, all of them count.
  const never = answers(5, 5, SIGNALLED_AT + 400)
  expect(judgeStop({ requests: never, idle: 0 }).outcome).toBe('FAIL')
  // Nor does a late sign excuse what came later.
  const sign = makeReadiness(SIGNALLED_AT + 800, 503)
  expect(judgeStop({ requests: never, idle: 0, events: [sign] }).outcome).toBe('FAIL')
})

test('only connections that a client wanted to keep count', () => {
  const others = answers(5, 5).map((request) => ({ ...request, load: 'new' }))
  expect(judgeStop({ requests: others }).figures[0]?.value).toBe(5)
})

test('of a service that speaks HTTP/2 only, another trial tells', () => {
  const speaks = (http1: boolean) => makeFacts({ protocol: { http1, h2c: true, tls: false } })
  expect(trial.skipBecause?.(speaks(false))).toContain('GOAWAY')
  expect(trial.skipBecause?.(speaks(true))).toBeUndefined()
})
