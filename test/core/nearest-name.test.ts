import fc from 'fast-check'
import { expect, test } from 'vitest'
import { didYouMean, nearestName } from '../../src/core/nearest-name.ts'

const KNOWN = ['drainDelay', 'inFlight', 'flush', 'margin']

test.each([
  ['drainDelya', 'drainDelay'],
  ['draindelay', 'drainDelay'],
  ['DRAIN_DELAY', 'drainDelay'],
  ['inflihgt', 'inFlight'],
  ['fluhs', 'flush'],
  ['flus', 'flush'],
  ['mergin', 'margin'],
])('"%s" is taken for "%s"', (typed, meant) => {
  expect(nearestName(typed, KNOWN)).toBe(meant)
})

test.each([['x'], ['completelyDifferent'], ['port']])('"%s" is taken for nothing', (typed) => {
  expect(nearestName(typed, KNOWN)).toBeUndefined()
})

test('with nothing known, nothing is meant', () => {
  expect(nearestName('flush', [])).toBeUndefined()
})

test('a name with more slips than are allowed is taken for nothing', () => {
  expect(nearestName('shutdwnTimout', ['shutdownTimeout'], 2)).toBe('shutdownTimeout')
  expect(nearestName('shutdwnTimout', ['shutdownTimeout'], 1)).toBeUndefined()
})

test('of two names equally near, the first is taken', () => {
  expect(nearestName('ab', ['aa', 'bb'])).toBe('aa')
})

test('the question is whole, or empty when nothing is near', () => {
  expect(didYouMean('fluhs', KNOWN)).toBe('Did you mean "flush"?')
  expect(didYouMean('zzzzz', KNOWN)).toBe('')
})

test('a name with two neighbours swapped is always found again', () => {
  const name = fc.stringMatching(/^[a-z]{4,12}$/)
  fc.assert(
    fc.property(name, fc.nat(), (known, at) => {
      const index = at % (known.length - 1)
      const swapped = `${known.slice(0, index)}${known[index + 1]}${known[index]}${known.slice(index + 2)}`
      expect(nearestName(swapped, [known])).toBe(known)
    }),
  )
})
