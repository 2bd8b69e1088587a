import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/core/duration.ts'

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

test('a text of several parts is worth the sum of its parts', () => {
  const part = fc.tuple(fc.nat(1000), fc.constantFrom(...(Object.keys(UNITS) as (keyof typeof UNITS)[])))
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const text = parts.map(([amount, unit]) => `${amount}${unit}`).join('')
      const totalMs = parts.reduce((sum, [amount, unit]) => sum + amount * UNITS[unit], 0)
      expect(parseDuration(text)).toBe(totalMs)
    }),
  )
})

test('what is printed can be read again, and is off by less than one percent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 * UNITS.d }), (ms) => {
      const again = parseDuration(formatDuration(ms)) ?? Number.NaN
      expect(Math.abs(again - ms)).toBeLessThanOrEqual(ms / 100)
    }),
  )
})

test('no value whatever makes it throw or return anything but undefined or a length of time', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const ms = parseDuration(value)
      expect(ms === undefined || (Number.isFinite(ms) && ms >= 0)).toBe(true)
    }),
  )
})
