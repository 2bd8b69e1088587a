import { expect, test } from 'vitest'
import type { SessionEvent } from '../../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import trial from '../../../src/trial/trials/STOP-04.ts'
import { judge, makeFacts, makeRequest } from '../samples.ts'
import { makeLost, makeStop, SIGNALLED_AT } from '../stop-samples.ts'

const session = (id: number, what: SessionEvent['what'], at: number): SessionEvent => ({
  kind: 'session',
  id,
  what,
  at,
})

const STREAM = makeRequest({ id: 1, load: 'http2', protocol: 'h2', startedAt: 1900, at: 2400 })

/** Two sessions that are led away, a stream in flight, and so many new sessions. */
function judgeStop({ fresh = 5, events = [] as HistoryEvent[], stream = STREAM, goaway = [1, 2] } = {}) {
  return judge(trial, [
    makeStop({
      voyage: 'stop-http2',
      inFlight: 0,
      idle: 0,
      fresh: 0,
      events: [
        stream,
        session(1, 'opened', 500),
        session(2, 'opened', 500),
        ...goaway.map((id) => session(id, 'goaway', 2100)),
        session(1, 'closed', 2500),
        session(2, 'closed', 2500),
        ...Array.from({ length: fresh }, (_, index) => session(10 + index, 'opened', SIGNALLED_AT + 1 + index)),
        ...events,
      ],
    }),
  ])
}

test('sessions that are led away and lose nothing pass', () => {
  expect(judgeStop()).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(judgeStop().says).toContain('0 of 1 streams')
})

test('a stream that ends with an error fails', () => {
  const lost = makeLost('stream-error', { id: 9, protocol: 'h2', load: 'http2', startedAt: 1990 })
  const verdict = judgeStop({ events: [lost] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain(
    '1 streams were lost; the first was request 9 (http2, GET /), sent 10 ms before SIGTERM',
  )
})

test('a stream that was refused in a way that makes it safe to send again is a note', () => {
  const refused = makeLost('refused-stream', { id: 9, protocol: 'h2', load: 'http2' })
  expect(judgeStop({ events: [refused] })).toMatchObject({
    outcome: 'PASS',
    notes: ['1 streams were refused in a way that makes them safe to send again'],
  })
})

test('a new session that is refused within the endpoint lag fails, and one after it does not', () => {
  const at = (ms: number) => judgeStop({ events: [session(50, 'refused', SIGNALLED_AT + ms)] })
  expect(at(500)).toMatchObject({ outcome: 'FAIL' })
  expect(at(500).says).toContain('1 new sessions were refused within the endpoint lag of 500 ms')
  expect(at(501).outcome).toBe('PASS')
})

test('a session that never gets a GOAWAY fails', () => {
  const verdict = judgeStop({ goaway: [1] })
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('1 of 2 sessions that stood at SIGTERM never got a GOAWAY')
})

test('a session that the client ended by itself needs none', () => {
  const closedBy = (by: 'client' | 'service', at: number) =>
    judgeStop({ events: [session(7, 'opened', 500), { ...session(7, 'closed', at), by }] }).outcome
  expect(closedBy('client', 2100)).toBe('PASS')
  expect(closedBy('service', 1999)).toBe('PASS')
  expect(closedBy('service', 2000)).toBe('FAIL')
})

test('it takes a stream in flight at the signal', () => {
  const verdict = judgeStop({ stream: { ...STREAM, startedAt: 2001 } })
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain('no stream was in flight')
})

test('it takes 5 new sessions after the signal', () => {
  expect(judgeStop({ fresh: 4 })).toMatchObject({ outcome: 'INCONCLUSIVE' })
  expect(judgeStop({ fresh: 4 }).says).toContain('only 4 new sessions')
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
})

test('without HTTP/2 there is nothing to try', () => {
  expect(trial.skipBecause?.(makeFacts())).toContain('HTTP/2')
  expect(trial.skipBecause?.(makeFacts({ protocol: { http1: true, h2c: true, tls: false } }))).toBeUndefined()
})
