import { expect, test } from 'vitest'
import { readLogLine } from '../../../../src/trial/history/views/log-lines.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'

test.each([
  // pino, winston, zap, slog, ECS, Serilog's compact form, Google Cloud.
  `{"level":30,"time":1531171074631,"msg":"hello","trace_id":"${TRACE}"}`,
  `{"level":"info","message":"hello","timestamp":"2026-01-01T00:00:00Z","traceId":"${TRACE}"}`,
  `{"level":"info","ts":1.5e9,"msg":"hello","trace.id":"${TRACE}"}`,
  `{"time":"2026-01-01T00:00:00Z","level":"INFO","msg":"hello","trace":{"id":"${TRACE.toUpperCase()}"}}`,
  `{"@timestamp":"2026-01-01T00:00:00Z","log.level":"info","message":"hello","trace":{"id":"${TRACE}"}}`,
  `{"@t":"2026-01-01T00:00:00Z","@l":"Warning","@mt":"hello","TraceId":"${TRACE}"}`,
  `{"severity":"INFO","time":"x","message":"hello","logging.googleapis.com/trace":"projects/p/traces/${TRACE}"}`,
  `time=2026-01-01T00:00:00Z level=INFO msg="hello \\"you\\"" trace_id=${TRACE}`,
])('%s has all that a line needs', (line) => {
  expect(readLogLine(line)).toMatchObject({ hasLevel: true, hasTime: true, hasMessage: true, traceId: TRACE })
})

test.each([
  '',
  'hello',
  'it says level=info there',
  '{"level":"info"',
  '[1,2]',
  'level=info',
  '    at sell (shop.js:1:2)',
])('text such as "%s" is no structured line', (line) => {
  expect(readLogLine(line)).toBeUndefined()
})

test('what is missing is missing, and an id of zeros or outside of a field for traces is none', () => {
  expect(readLogLine(`{"msg":"of ${TRACE}"}`)).toEqual({
    format: 'json',
    hasLevel: false,
    hasTime: false,
    hasMessage: true,
  })
  expect(readLogLine(`{"msg":"x","trace_id":"${'0'.repeat(32)}"}`)?.traceId).toBeUndefined()
  expect(readLogLine(`{"msg":"x","trace_id":"${TRACE}0"}`)?.traceId).toBeUndefined()
})
