import { expect, test } from 'vitest'
import type { HistoryEvent } from '../../../src/trial/history/event.ts'
import { CRASH_PROVOKED } from '../../../src/trial/history/marks/crash.ts'
import type { SpanEvent } from '../../../src/trial/history/telemetry-events.ts'
import CRASH_01 from '../../../src/trial/trials/CRASH-01.ts'
import { judge, makeFacts, makeLifetime, makeRequest, makeSpan } from '../samples.ts'

const TRACE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true }
const FACTS = makeFacts({ crash: { method: 'GET', path: '/crash', headers: {} } })
const STACK = ['Error: boom', '    at handle (/srv/shop.js:12:9)']

interface Story {
  readonly exit?: { readonly at: number; readonly code: number | null; readonly signal?: NodeJS.Signals }
  readonly lines?: readonly string[]
  readonly span?: false | Partial<Pick<SpanEvent, 'at' | 'isError' | 'traceId' | 'parentSpanId' | 'name'>>
  readonly facts?: typeof FACTS
}

function say({ exit = { at: 1200, code: 70 }, lines = STACK, span = {}, facts = FACTS }: Story = {}) {
  const events: HistoryEvent[] = [
    { kind: 'mark', at: 1000, name: CRASH_PROVOKED, data: {} },
    makeRequest({ id: 5, at: 1100, load: 'crash', path: '/crash', outcome: 'reset-fresh', trace: TRACE }),
    ...lines.map((line): HistoryEvent => ({ kind: 'output', at: 1050, stream: 'stderr', line })),
    { kind: 'exited', at: exit.at, code: exit.code, signal: exit.signal ?? null },
  ]
  if (span !== false) {
    events.push(
      makeSpan({ traceId: TRACE.traceId, endedAt: 1060, isError: true, at: 1190, name: 'GET /crash', ...span }),
    )
  }
  return judge(CRASH_01, [makeLifetime(events, { voyage: 'crash' })], facts)
}

test('a crash that tells why passes', () => {
  expect(say()).toMatchObject({
    outcome: 'PASS',
    says: 'Ended with exit code 70 after 200 ms; error and stack were written, and the span of the request arrived.',
  })
  expect(say({ exit: { at: 1200, code: null, signal: 'SIGABRT' } }).outcome).toBe('PASS')
})

test.each<[string, Story, string]>([
  [
    'exit code 0',
    { exit: { at: 1200, code: 0 } },
    'The process crashed with exit code 0: for its platform, all is well.',
  ],
  [
    'an end after more than five seconds',
    { exit: { at: 6001, code: 1 }, span: { at: 5900 } },
    'The process took 5001 ms to end after the error.',
  ],
  ['nothing written', { lines: ['GET /crash'] }, 'Nothing that was written after the crash speaks of an error.'],
  ['no stack', { lines: ['Error: boom'] }, 'What was written of the error has no stack: nobody can tell where it was.'],
  ['no span', { span: false }, 'The span of the request that ended the process never arrived: it was lost with it.'],
  [
    'the span of another request',
    { span: { traceId: 'c'.repeat(32) } },
    'The span of the request that ended the process never arrived: it was lost with it.',
  ],
  [
    'a span that is too late',
    { span: { at: 6201 } },
    'The span of the request that ended the process never arrived: it was lost with it.',
  ],
  [
    'a span without an error',
    { span: { isError: false, parentSpanId: TRACE.spanId } },
    'The span of the request that ended the process arrived without an error: GET /crash.',
  ],
  [
    'a span of its inside only',
    { span: { isError: false, parentSpanId: 'c'.repeat(16), name: 'middleware' } },
    'Of the request that ended the process only inner spans arrived, such as "middleware", and none with an error: its own was lost with it.',
  ],
])('%s fails', (_what, story, says) => {
  const verdict = say(story)
  expect(verdict).toMatchObject({ outcome: 'FAIL', says })
  expect(verdict.evidence[0]?.seen).toMatchObject({ lifetime: 0, from: 1000, requests: [5] })
})

test('five seconds are allowed, for the end and for the span', () => {
  expect(say({ exit: { at: 6000, code: 1 }, span: { at: 5900 } }).outcome).toBe('PASS')
  expect(say({ span: { at: 6200 } }).outcome).toBe('PASS')
})

test.each([
  [['panic: boom', 'goroutine 7 [running]:', '\t/srv/main.go:31 +0x1d']],
  [['Traceback (most recent call last):', '  File "/srv/app.py", line 12, in crash']],
  [['Exception in thread "main" java.lang.IllegalStateException: boom', '\tat shop.Main.crash(Main.java:12)']],
  [['{"level":"fatal","err":{"stack":"Error: boom\\n    at handle (/srv/shop.js:12:9)"}}']],
  [['{"level":"error","error":"IllegalState: boom\\u000a\\u0009at Shop.answer(Shop.java:86)\\u000a"}']],
  [['{"level":"error","error":"Boom\\n  File \\"shop.py\\", line 7, in answer"}']],
  [["thread 'main' panicked at src/main.rs:7:5:", 'stack backtrace:']],
])('stacks of other languages are known: %s', (lines) => {
  expect(say({ lines }).outcome).toBe('PASS')
})

test('a service that was not seen to send spans is not asked for one', () => {
  const facts = { ...FACTS, telemetry: { traces: false, metrics: false, logs: false } }
  const verdict = say({ span: false, facts })
  expect(verdict).toMatchObject({ outcome: 'PASS' })
  expect(verdict.notes[0]).toContain('not seen to send spans')
})

test('nobody can tell when the process goes on, or was stopped by us', () => {
  const events: HistoryEvent[] = [
    { kind: 'mark', at: 1000, name: CRASH_PROVOKED, data: {} },
    makeRequest({ id: 5, at: 1100, load: 'crash', status: 500 }),
  ]
  const stopped: HistoryEvent[] = [
    { kind: 'signal', at: 7000, signal: 'SIGTERM', why: 'cleanup' },
    { kind: 'exited', at: 7100, code: 1, signal: null },
  ]
  for (const more of [[], stopped]) {
    const verdict = judge(CRASH_01, [makeLifetime([...events, ...more], { voyage: 'crash' })], FACTS)
    expect(verdict.outcome).toBe('INCONCLUSIVE')
    expect(verdict.says).toContain('went on after the request that was to end it: it was answered with 500')
  }
  expect(judge(CRASH_01, [makeLifetime(events.slice(0, 1), { voyage: 'crash' })], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(judge(CRASH_01, [], FACTS).outcome).toBe('INCONCLUSIVE')
  expect(CRASH_01.skipBecause?.(makeFacts())).toContain('--crash')
})
