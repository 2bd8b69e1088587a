import { expect, test } from 'vitest'
import { OptionReader, describeKind } from '../../src/core/option-reader.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'

function messageOf(options: unknown, read: (reader: OptionReader) => void): string {
  const reader = new OptionReader(options, 'createThing()')
  read(reader)
  try {
    reader.done()
  } catch (error) {
    if (isSeaworthyError(error, 'SEA_OPTIONS_INVALID')) return error.message
    throw error
  }
  return ''
}

test('given values are taken, absent ones fall back', () => {
  const onEvent = (): void => {}
  const reader = new OptionReader(
    { name: 'orders', port: 0, drain: '5s', open: false, mode: 'grpc', files: ['a', 'b'], onEvent, extra: 1 },
    'x',
  )
  expect(reader.text('name')).toBe('orders')
  expect(reader.integer('port', { min: 0, max: 65_535 })).toBe(0)
  expect(reader.duration('drain')).toBe(5000)
  expect(reader.boolean('open', { fallback: true })).toBe(false)
  expect(reader.oneOf('mode', ['grpc', 'http'])).toBe('grpc')
  expect(reader.list('files')).toEqual(['a', 'b'])
  expect(reader.callback('onEvent')).toBe(onEvent)
  expect(reader.value('extra')).toBe(1)
  expect(reader.text('absentText', { fallback: 'f' })).toBe('f')
  expect(reader.integer('absentInteger', { fallback: 7 })).toBe(7)
  expect(reader.duration('absentDuration', { fallback: 1500 })).toBe(1500)
  expect(reader.boolean('absentBoolean', { fallback: true })).toBe(true)
  expect(reader.oneOf('absentChoice', ['grpc', 'http'], { fallback: 'http' })).toBe('http')
  expect(reader.list('absentList', { fallback: [] })).toEqual([])
  expect(reader.callback('absentCallback')).toBeUndefined()
  expect(reader.value('absentValue')).toBeUndefined()
  expect(() => reader.done()).not.toThrow()
})

test('every problem is in the one message, unknown names with what was probably meant', () => {
  const message = messageOf(
    { name: '', port: 70_000, drain: 'soon', open: 'yes', mode: 'udp', files: 'a', onEvent: 1, drainDelay: 1, prot: 1 },
    (reader) => {
      reader.text('name')
      reader.integer('port', { min: 0, max: 65_535 })
      reader.duration('drain')
      reader.boolean('open')
      reader.oneOf('mode', ['grpc', 'http'])
      reader.list('files')
      reader.callback('onEvent')
      reader.text('required')
      reader.problem('"a" and "b" exclude each other')
    },
  )
  expect(message).toMatchInlineSnapshot(`
    "createThing():
      - "name" expected a non-empty text, got an empty text
      - "port" is 70000, expected 0 to 65535
      - "drain" is "soon", expected a number of milliseconds or a text such as "500ms", "10s", "1m30s"
      - "open" expected true or false, got "yes"
      - "mode" is "udp", expected one of grpc, http
      - "files" expected a list of texts, got a string
      - "onEvent" expected a function, got a number
      - "required" is required
      - "a" and "b" exclude each other
      - "drainDelay" is not an option.
      - "prot" is not an option. Did you mean "port"?"
  `)
})

test('a single problem stands on the same line', () => {
  expect(messageOf({ port: 1.5 }, (reader) => reader.integer('port'))).toBe(
    'createThing(): "port" expected a whole number, got 1.5',
  )
})

test.each([
  [{ min: 1 }, 0, 'createThing(): "n" is 0, expected 1 or more'],
  [{ max: 9 }, 10, 'createThing(): "n" is 10, expected 9 or less'],
  [{ min: 1, max: 9 }, 10, 'createThing(): "n" is 10, expected 1 to 9'],
  [{ min: 1, max: 9 }, 9, ''],
  [{ min: 1, max: 9 }, 1, ''],
])('a whole number in %o: %d', (range, n, message) => {
  expect(messageOf({ n }, (reader) => reader.integer('n', range))).toBe(message)
})

test('the range of a duration is in milliseconds, also when it came as a text', () => {
  expect(messageOf({ wait: '11m' }, (reader) => reader.duration('wait', { min: 0, max: 600_000 }))).toBe(
    'createThing(): "wait" is 660000 ms, expected 0 to 600000 ms',
  )
})

test('a text that does not match is shown with the form that was expected', () => {
  expect(
    messageOf({ name: 'A b' }, (reader) => reader.text('name', { pattern: /^[a-z]+$/, form: 'lower-case letters' })),
  ).toBe('createThing(): "name" is "A b", expected lower-case letters')
})

test.each([
  [null, 'null'],
  [[], 'a list'],
  ['orders', 'a string'],
  [7, 'a number'],
])('%j instead of an object of options is one problem, and every required option another', (options, kind) => {
  const message = messageOf(options, (reader) => reader.text('name'))
  expect(message).toContain(`expected an object of options, got ${kind}`)
  expect(message).toContain('"name" is required')
})

test('no options at all is an empty object', () => {
  expect(messageOf(undefined, (reader) => reader.integer('n', { fallback: 1 }))).toBe('')
})

test('a kind is described without the value, which could be a secret', () => {
  expect(['hunter2', 7, true, {}, [], null, '', () => {}].map(describeKind)).toEqual([
    'a string',
    'a number',
    'a boolean',
    'an object',
    'a list',
    'null',
    'an empty text',
    'a function',
  ])
})

test('numbers may have fractions, and what is wrong in an object inside is named with its place', () => {
  const outer = new OptionReader({ ratio: 0.5, inner: { ratio: 2, text: 1, raito: 3 } }, 'outer()')
  expect(outer.number('ratio', { min: 0, max: 1 })).toBe(0.5)
  expect(outer.number('absent', { fallback: 7 })).toBe(7)
  const inner = new OptionReader(outer.value('inner'), 'inner')
  inner.number('ratio', { min: 0, max: 1 })
  inner.number('text')
  outer.include(inner)
  const whole = { ratio: Number.NaN }
  const other = new OptionReader(whole, 'other')
  other.number('ratio')
  outer.include(other)
  expect(() => outer.done()).toThrow(
    [
      'outer():',
      '  - inner: "ratio" is 2, expected 0 to 1',
      '  - inner: "raito" is not an option. Did you mean "ratio"?',
      '  - other: "ratio" expected a number, got NaN',
    ].join('\n'),
  )
})
