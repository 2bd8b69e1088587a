import fc from 'fast-check'
import { expect, test } from 'vitest'

interface View {
  readonly from: number
  readonly to: number
  readonly endMs: number
}
interface ViewModule {
  readonly wholeView: (endMs: number) => View
  readonly zoomed: (view: View, factor: number, aroundMs?: number) => View
  readonly moved: (view: View, share: number) => View
  readonly ranged: (view: View, from: number, to: number) => View
  readonly ticks: (from: number, to: number, count: number) => readonly number[]
  readonly firstNotBelow: (column: readonly number[], value: number) => number
}

// The files for the browser have no types.
const MODULE = '../../../src/report/browser/view.js'
const { wholeView, zoomed, moved, ranged, ticks, firstNotBelow } = (await import(MODULE)) as ViewModule

const NUMBER = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const STEP = fc.oneof(
  fc.record({
    factor: fc.double({ min: 0.01, max: 100, noNaN: true }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ share: fc.double({ min: -5, max: 5, noNaN: true }) }),
  fc.record({ from: NUMBER, to: NUMBER }),
)

test('however it is zoomed and moved, the view stays within the lifetime and is never empty', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.array(STEP), (endMs, steps) => {
      let view = wholeView(endMs)
      for (const step of steps) {
        if ('factor' in step) view = zoomed(view, step.factor, view.from + step.at * (view.to - view.from))
        else if ('share' in step) view = moved(view, step.share)
        else view = ranged(view, step.from, step.to)
        expect(view.from).toBeGreaterThanOrEqual(0)
        expect(view.to).toBeLessThanOrEqual(view.endMs + 1e-6)
        expect(view.to - view.from).toBeGreaterThan(0.9)
      }
    }),
  )
})

test('the first row not below a value is found as a search from the beginning finds it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: -1, max: 51 }), (values, value) => {
      const column = values.toSorted((one, other) => one - other)
      const slow = column.findIndex((each) => each >= value)
      expect(firstNotBelow(column, value)).toBe(slow < 0 ? column.length : slow)
    }),
  )
})

test('ticks are round and few', () => {
  expect(ticks(0, 10_000, 5)).toEqual([0, 2000, 4000, 6000, 8000, 10_000])
  expect(ticks(1977, 2872, 9)).toHaveLength(9)
})
