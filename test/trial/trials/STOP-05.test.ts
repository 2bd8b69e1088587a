import { expect, test } from 'vitest'
import type { SocketEvent } from '../../../src/trial/history/client-events.ts'
import trial from '../../../src/trial/trials/STOP-05.ts'
import { judge, makeFacts } from '../samples.ts'
import { EXITED_AT, makeStop, SIGNALLED_AT, type StopChanges } from '../stop-samples.ts'

const socket = (id: number, what: SocketEvent['what'], at: number, rest: Partial<SocketEvent> = {}): SocketEvent => ({
  kind: 'socket',
  id,
  type: 'websocket',
  isChatting: false,
  what,
  at,
  ...rest,
})

const judgeSockets = (events: readonly SocketEvent[], changes: StopChanges = {}) =>
  judge(trial, [makeStop({ voyage: 'stop-sockets', events, ...changes })])

const closedWith = (code: number) => judgeSockets([socket(1, 'opened', 500), socket(1, 'closed', 2300, { code })])

test.each([1001, 1012])('sockets that are closed with %i pass', (code) => {
  expect(closedWith(code)).toMatchObject({ outcome: 'PASS', notes: [], figures: [{ value: 1 }] })
})

test('another code passes with a note', () => {
  expect(closedWith(1000).outcome).toBe('PASS')
  expect(closedWith(1000).notes[0]).toContain('Some closed with 1000')
})

test('a socket that breaks fails', () => {
  const verdict = closedWith(1006)
  expect(verdict).toMatchObject({ outcome: 'FAIL', evidence: [{ seen: { from: SIGNALLED_AT, to: 2300 } }] })
  expect(verdict.says).toContain(
    '1 of 1 sockets were not closed in order (websocket 1 was broken 300 ms after SIGTERM)',
  )
})

test('a socket that is never closed fails, and that the service had to be killed for it is said', () => {
  const killed = { kind: 'signal', signal: 'SIGKILL', why: 'cleanup', at: 32_000 } as const
  const lifetime = makeStop({ exit: { at: 32_010, code: null, signal: 'SIGKILL' } })
  const verdict = judge(trial, [
    {
      ...lifetime,
      events: [...lifetime.events.slice(0, -1), socket(1, 'opened', 500), killed].toSorted((a, b) => a.at - b.at),
    },
  ])
  expect(verdict.outcome).toBe('FAIL')
  expect(verdict.says).toContain('websocket 1 was never closed')
  expect(verdict.says).toContain('it had to be killed 30000 ms after SIGTERM')
})

test('an event stream that ends in order passes without a note, one that is cut fails', () => {
  const sse = { type: 'sse' } as const
  const end = (code: number) =>
    judgeSockets([socket(1, 'opened', 500, sse), socket(1, 'closed', 2300, { ...sse, code })])
  expect(end(1000)).toMatchObject({ outcome: 'PASS', notes: [] })
  expect(end(1006).outcome).toBe('FAIL')
})

test('sockets that the client closed before the signal do not count', () => {
  const verdict = judgeSockets([socket(1, 'opened', 500), socket(1, 'closed', 1999, { code: 1006 })])
  expect(verdict.outcome).toBe('INCONCLUSIVE')
  expect(verdict.says).toContain('no socket was open at the signal')
})

test('without sockets, or a stop, nothing can be said', () => {
  expect(judge(trial, []).outcome).toBe('INCONCLUSIVE')
  expect(judgeSockets([], { exit: { at: EXITED_AT } }).outcome).toBe('INCONCLUSIVE')
})

test('without a path for either there is nothing to try', () => {
  expect(trial.skipBecause?.(makeFacts())).toContain('--ws')
  expect(trial.skipBecause?.(makeFacts({ ssePath: '/events' }))).toBeUndefined()
  const overHttp2 = makeFacts({ ssePath: '/events', protocol: { http1: false, h2c: true, tls: false } })
  expect(trial.skipBecause?.(overHttp2)).toContain('HTTP/1.1')
})
