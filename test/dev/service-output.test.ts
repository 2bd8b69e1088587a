import { expect, test } from 'vitest'
import { readOutputLine } from '../../src/dev/service-output.ts'

test('a JSON line is shown as a person reads it: level, component, message, error, the rest', () => {
  const line = JSON.stringify({
    level: 'warn',
    time: 'T',
    service: 'orders',
    component: 'outbox',
    msg: 'not delivered',
    retryInMs: 200,
    err: { message: 'gone' },
  })
  expect(readOutputLine(line)).toEqual({ text: 'warn  [outbox] not delivered — gone retryInMs=200', level: 'warn' })
})

test('the report of a shutdown is found in its line', () => {
  const shutdown = { reason: 'SIGTERM', clean: true, tookMs: 3, phases: {}, laggards: [], aborted: [], flush: {} }
  expect(readOutputLine(JSON.stringify({ level: 'info', msg: 'stopped', shutdown }))).toEqual({
    text: 'info  stopped',
    level: 'info',
    shutdown,
  })
})

test.each([['plain text'], ['{"broken'], ['[1]'], ['{"no":"message"}'], ['']])(
  'a line that is no log line is shown as it is: %s',
  (line) => {
    expect(readOutputLine(line)).toEqual({ text: line })
  },
)

test('what would move the cursor or colour the terminal is made harmless', () => {
  expect(readOutputLine('\u001B[2Jgone').text).not.toContain('\u001B')
})
