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

const STACK = 'TypeError: boom\n    at handle (file:///app/server.ts:7:11)\n    at next (file:///app/router.ts:3:1)'

test('an error shows where it was thrown and its causes, and its message once', () => {
  const cause = {
    type: 'RangeError',
    message: 'inner',
    stack: 'RangeError: inner\n    at deep (file:///app/deep.ts:1:1)',
  }
  const err = { type: 'TypeError', message: 'boom', stack: STACK, cause }
  expect(readOutputLine(JSON.stringify({ level: 'error', component: 'web', msg: 'boom', err, reqId: 1 }))).toEqual({
    text: 'error [web] boom (TypeError) reqId=1',
    level: 'error',
    details: [
      '  at handle (file:///app/server.ts:7:11)',
      '  at next (file:///app/router.ts:3:1)',
      'caused by RangeError: inner',
      '  at deep (file:///app/deep.ts:1:1)',
    ],
  })
})

test('a message of several lines goes on below its line, with its hint', () => {
  const err = { type: 'SeaworthyError', message: 'not valid:\n  - PORT', stack: '', hint: 'Correct it.' }
  expect(readOutputLine(JSON.stringify({ level: 'fatal', msg: 'start failed', err }))).toEqual({
    text: 'fatal start failed — SeaworthyError: not valid:',
    level: 'fatal',
    details: ['  - PORT', 'hint: Correct it.'],
  })
})

test('long stacks and long chains of causes are cut, and say so', () => {
  const frames = Array.from({ length: 30 }, (_, index) => `    at f${index} (file.ts:${index}:1)`)
  const one = { type: 'Error', message: 'm', stack: ['Error: m', ...frames].join('\n') }
  let err: object = one
  for (let depth = 0; depth < 50; depth++) err = { ...one, cause: err }
  const single = readOutputLine(JSON.stringify({ msg: 'm', err: one })).details
  expect(single).toHaveLength(13)
  expect(single?.at(-1)).toBe('  … 18 more')
  const chain = readOutputLine(JSON.stringify({ msg: 'm', err })).details
  expect(chain).toHaveLength(41)
  expect(chain?.at(-1)).toMatch(/^… \d+ more lines$/)
})

test.each([['text'], [7], [[1]], [{ message: 7, stack: {}, errors: 'x' }], [{ errors: [null, 'a', {}] }]])(
  'an err that is no error harms nothing: %j',
  (err) => {
    expect(readOutputLine(JSON.stringify({ msg: 'odd', err })).text).toMatch(/^info {2}odd/)
  },
)

test('the report of a shutdown is found in its line, with who reports and why it failed', () => {
  const shutdown = { reason: 'the start failed', error: 'db', clean: true, tookMs: 3, phases: { stop: 2 }, flush: {} }
  expect(readOutputLine(JSON.stringify({ level: 'info', msg: 'stopped', service: 'x', pid: 7, shutdown }))).toEqual({
    text: 'info  stopped',
    level: 'info',
    shutdown: {
      reason: 'the start failed',
      error: 'db',
      clean: true,
      phases: { stop: 2 },
      laggards: [],
      aborted: [],
      failures: [],
      flush: {},
      service: 'x',
      pid: 7,
    },
  })
})

test('what only looks like a report is none', () => {
  expect(readOutputLine(JSON.stringify({ msg: 'm', shutdown: { clean: true, phases: [], flush: 1 } })).shutdown).toBe(
    undefined,
  )
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
