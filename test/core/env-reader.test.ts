import { expect, test } from 'vitest'
import { EnvReader } from '../../src/core/env-reader.ts'
import { SeaworthyError, isSeaworthyError } from '../../src/core/seaworthy-error.ts'

function problemsOf(read: (env: EnvReader) => void, variables: Record<string, string>): string[] {
  const env = new EnvReader(variables)
  read(env)
  try {
    env.done()
  } catch (error) {
    if (!isSeaworthyError(error, 'SEA_ENV_INVALID')) throw error
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace('  - ', ''))
  }
  return []
}

test('values are read trimmed, each as its own kind', () => {
  const env = new EnvReader({ A: ' x ', B: 'TRUE', C: '-3', D: '0.25', E: '30s', F: '250', G: 'grpc' })
  expect(env.text('A')).toBe('x')
  expect(env.boolean('B')).toBe(true)
  expect(env.integer('C', { min: -5, max: 5 })).toBe(-3)
  expect(env.number('D', { min: 0, max: 1 })).toBe(0.25)
  expect(env.duration('E')).toBe(30_000)
  expect(env.duration('F')).toBe(250)
  expect(env.oneOf('G', ['grpc', 'http/protobuf'])).toBe('grpc')
  expect(() => env.done()).not.toThrow()
})

test.each([[''], ['   ']])('a variable that holds %j counts as unset', (value) => {
  const env = new EnvReader({ A: value })
  expect(env.text('A')).toBeUndefined()
  expect(env.integer('A', { min: 0, max: 1 })).toBeUndefined()
  expect(env.boolean('A')).toBeUndefined()
  expect(() => env.done()).not.toThrow()
})

test('every problem is in the one error, each with its name, its value and what was expected', () => {
  const problems = problemsOf(
    (env) => {
      env.oneOf('P', ['grpc', 'http/protobuf'])
      env.boolean('Q')
      env.integer('R', { min: 0, max: 10 })
      env.number('S', { min: 0, max: 1 })
      env.duration('T')
      env.problem('U and V contradict each other')
    },
    { P: 'nonsense', Q: 'yes', R: '11', S: 'half', T: 'soon' },
  )
  expect(problems).toMatchInlineSnapshot(`
    [
      "P is "nonsense", expected one of grpc, http/protobuf",
      "Q is "yes", expected true or false",
      "R is "11", expected a whole number from 0 to 10",
      "S is "half", expected a number from 0 to 1",
      "T is "soon", expected a number of milliseconds or a text such as "500ms", "10s", "1m30s"",
      "U and V contradict each other",
    ]
  `)
})

test.each([
  ['0', 0],
  ['10', 10],
  ['-1', undefined],
  ['11', undefined],
  ['1.5', undefined],
  ['1e1', undefined],
  ['0x1', undefined],
])('the whole number %j in a range of 0 to 10 is read as %s', (text, expected) => {
  expect(new EnvReader({ A: text }).integer('A', { min: 0, max: 10 })).toBe(expected)
})

test.each([
  ['0', 0],
  ['1', 1],
  ['1.01', undefined],
  ['-0.01', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
])('the number %j in a range of 0 to 1 is read as %s', (text, expected) => {
  expect(new EnvReader({ A: text }).number('A', { min: 0, max: 1 })).toBe(expected)
})

test.each([['constructor'], ['__proto__'], ['1'], ['on']])('%j is no boolean', (text) => {
  expect(problemsOf((env) => env.boolean('A'), { A: text })).toHaveLength(1)
})

test('without a problem, done() says nothing; with one, it throws with a hint', () => {
  expect(() => new EnvReader({}).done()).not.toThrow()
  const env = new EnvReader({})
  env.problem('A is missing')
  expect(() => env.done()).toThrow(SeaworthyError)
  expect(() => env.done()).toThrow('The environment is not valid:\n  - A is missing')
})

test.each([
  ['0', 0],
  ['0s', 0],
  ['500ms', 500],
  ['1m30s', 90_000],
])('a duration of our own may be %j', (text, ms) => {
  const env = new EnvReader({ A: text })
  expect(env.durationWithUnit('A')).toBe(ms)
  expect(() => env.done()).not.toThrow()
})

test.each([['5'], ['1.5'], ['soon'], ['-5s']])('a duration of our own is not %j: it needs a unit', (text) => {
  const env = new EnvReader({ A: text })
  expect(env.durationWithUnit('A')).toBeUndefined()
  expect(() => env.done()).toThrow(
    `A is "${text}", expected a duration with its unit such as "500ms", "10s", "1m30s"; only 0 needs none`,
  )
})
