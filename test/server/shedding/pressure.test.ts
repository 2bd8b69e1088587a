import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pressure, type PressureTimes } from '../../../src/server/shedding/pressure.ts'

const TIMES: PressureTimes = { afterMs: 1000, calmMs: 5000 }

function pressureOf(limit: number): { pressure: Pressure; events: string[] } {
  const events: string[] = []
  const observer = {
    began: ({ value }: Pressure) => void events.push(`began at ${value}`),
    ended: ({ value }: Pressure) => void events.push(`ended at ${value}`),
  }
  const pressure = new Pressure('event_loop_delay', { low: 0.5, full: 2 }, observer)
  pressure.setLimit(limit)
  return { pressure, events }
}

test('nothing is refused before the limit was exceeded for the stated time without a break', () => {
  const { pressure, events } = pressureOf(200)
  for (const atMs of [0, 500, 999]) pressure.measured(400, atMs, TIMES)
  expect([pressure.share, pressure.isShedding]).toEqual([0, false])
  pressure.measured(200, 1000, TIMES)
  for (const atMs of [1001, 1500, 2000]) pressure.measured(400, atMs, TIMES)
  expect([pressure.share, pressure.isShedding]).toEqual([0, false])
  pressure.measured(400, 2001, TIMES)
  expect([pressure.share, pressure.isShedding]).toEqual([1, true])
  expect(events).toEqual(['began at 400'])
})

test('once it has begun, the share grows from the lower mark to the upper one, at once and in both directions', () => {
  const { pressure } = pressureOf(200)
  pressure.measured(201, 0, TIMES)
  pressure.measured(201, 1000, TIMES)
  const shares = [99, 100, 101, 200, 250, 399, 400, 900, 250, 100].map((value) => {
    pressure.measured(value, 1000, TIMES)
    return Number(pressure.share.toFixed(3))
  })
  expect(shares).toEqual([0, 0, 0.003, 0.333, 0.5, 0.997, 1, 1, 0.5, 0])
})

test('it is over once nothing was to be refused for the stated time, and begins anew as before', () => {
  const { pressure, events } = pressureOf(200)
  for (const atMs of [0, 1000]) pressure.measured(300, atMs, TIMES)
  pressure.measured(90, 2000, TIMES)
  pressure.measured(150, 6000, TIMES)
  for (const atMs of [6100, 10_999]) pressure.measured(90, atMs, TIMES)
  expect(pressure.isShedding).toBe(true)
  pressure.measured(90, 11_000, TIMES)
  expect(pressure.isShedding).toBe(false)
  pressure.measured(300, 11_001, TIMES)
  expect(pressure.share).toBe(0)
  expect(events).toEqual(['began at 300', 'ended at 90'])
})

test('a limit that is taken away refuses nothing from that moment on', () => {
  const { pressure, events } = pressureOf(200)
  for (const atMs of [0, 1000]) pressure.measured(500, atMs, TIMES)
  expect(pressure.share).toBe(1)
  pressure.setLimit(Infinity)
  pressure.measured(500, 1001, TIMES)
  expect([pressure.share, pressure.isShedding]).toEqual([0, false])
  expect(events).toEqual(['began at 500', 'ended at 500'])
})

test('whatever is measured: the share is a share, nothing is refused unless it has begun, and each end has its beginning', () => {
  const step = fc.record({
    value: fc.double({ min: 0, max: 5000, noNaN: true }),
    passedMs: fc.nat(3000),
    refuses: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { pressure, events } = pressureOf(200)
      let nowMs = 0
      let exceededSinceMs: number | undefined
      for (const { value, passedMs, refuses } of steps) {
        nowMs += passedMs
        const wasShedding = pressure.isShedding
        pressure.measured(value, nowMs, TIMES)
        if (value <= 200) exceededSinceMs = undefined
        else exceededSinceMs ??= nowMs
        const hasBegun = !wasShedding && pressure.isShedding
        expect(!hasBegun || nowMs - (exceededSinceMs ?? Infinity) >= 1000).toBe(true)
        expect(pressure.share).toBeGreaterThanOrEqual(0)
        expect(pressure.share).toBeLessThanOrEqual(pressure.isShedding ? 1 : 0)
        expect(pressure.share === 1).toBe(pressure.isShedding && value >= 400)
        expect(pressure.share === 0).toBe(!pressure.isShedding || value <= 100)
        if (refuses && pressure.share > 0) pressure.refused++
        if (wasShedding && !pressure.isShedding) exceededSinceMs = undefined
      }
      const kinds = events.map((event) => event.slice(0, 5))
      expect(kinds).toEqual(kinds.map((_, index) => (index % 2 === 0 ? 'began' : 'ended')))
    }),
  )
})
