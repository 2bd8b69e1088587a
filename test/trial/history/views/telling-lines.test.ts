import { expect, test } from 'vitest'
import { tellingLines } from '../../../../src/trial/history/views/telling-lines.ts'

const frames = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `\tat shop.Call${index}(A.java)`)

test('the end of a long stack of Java comes with its message and where it began', () => {
  const lines = [
    'Starting',
    'Exception in thread "main" java.lang.IllegalStateException: no shop',
    ...frames(8),
    'Caused by: java.net.ConnectException: refused',
    ...frames(8),
    'Caused by: java.net.BindException: in use',
    ...frames(8),
  ]
  expect(tellingLines(lines, 2)).toEqual([
    'Exception in thread "main" java.lang.IllegalStateException: no shop',
    '…',
    'Caused by: java.net.BindException: in use',
    '…',
    '\tat shop.Call6(A.java)',
    '\tat shop.Call7(A.java)',
  ])
})

test.each([
  ['Error: listen EADDRINUSE', 'Node.js'],
  ['TypeError [ERR_INVALID_ARG_TYPE]: no string', 'Node.js with a code'],
  ['psycopg2.OperationalError: no server', 'Python with a module'],
  ['panic: runtime error: index out of range', 'Go'],
  ["thread 'main' panicked at src/main.rs:2:5:", 'Rust'],
])('"%s" is a message (%s)', (message) => {
  expect(tellingLines([message, ...frames(9)], 1)).toEqual([message, '…', '\tat shop.Call8(A.java)'])
})

test('of several errors, the last one counts, and a cause only below it', () => {
  const lines = ['Error: one', 'Caused by: old', ...frames(3), 'Error: two', ...frames(6)]
  expect(tellingLines(lines, 1)).toEqual(['Error: two', '…', '\tat shop.Call5(A.java)'])
})

test('what is among the last lines, or next to them, is there once and without a gap', () => {
  expect(tellingLines(['a', 'Error: two', 'b'], 2)).toEqual(['Error: two', 'b'])
  expect(tellingLines(['a', 'Error: two', 'b'], 1)).toEqual(['Error: two', 'b'])
  expect(tellingLines(['a', 'b', 'c'], 2)).toEqual(['b', 'c'])
  expect(tellingLines([], 5)).toEqual([])
})

test('lines of a log that speak of errors are no message', () => {
  expect(tellingLines(['0 Errors: none', 'an Error: maybe', 'b', 'c'], 1)).toEqual(['c'])
})
