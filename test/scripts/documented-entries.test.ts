import { expect, test } from 'vitest'
import { documentedEntries } from '../../scripts/documented-entries.ts'

test('each entry comes with its value and the comment right above it', () => {
  const [first, ...others] = documentedEntries('src/lifecycle/exit-code.ts', 'EXIT_CODE')
  expect(first).toEqual({ name: 'clean', value: '0', doc: 'Everything in flight ended, every component stopped.' })
  expect(others.every(({ doc }) => doc !== '')).toBe(true)
})

test('a constant that is not there is an error, not an empty page', () => {
  expect(() => documentedEntries('src/lifecycle/exit-code.ts', 'EXIT_CODES')).toThrow('exports no object "EXIT_CODES"')
})
