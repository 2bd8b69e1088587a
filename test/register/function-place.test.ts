import { expect, test } from 'vitest'
import { placeOfFunction } from '../../src/register/function-place.ts'

test('a function without a name has a place: file, line and column', () => {
  const [asked] = [() => {}]
  // The runner adds a query to the file.
  expect(placeOfFunction(asked)).toMatch(/^\/.*\/function-place\.test\.ts(?:\?.*)?:5:20$/)
})

test('one that is bound or native has none, and nothing is left behind', () => {
  function asked(this: unknown): unknown {
    return this
  }
  expect(placeOfFunction(asked.bind('it'))).toBeUndefined()
  expect(placeOfFunction(Math.max)).toBeUndefined()
  expect(Object.getOwnPropertySymbols(globalThis).map(String)).not.toContain('Symbol(seaworthy.register.asked)')
})
