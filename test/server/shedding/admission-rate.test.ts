import { expect, test } from 'vitest'
import { AdmissionRate } from '../../../src/server/shedding/admission-rate.ts'

/** Turns of 50 ms, of a loop that may be 200 ms late, with so many requests in each. */
function admittedIn(rate: AdmissionRate, turns: number, ratio: number, requests: number): number {
  let admitted = 0
  for (let turn = 0; turn < turns; turn++) {
    rate.turn(ratio, 50, 200)
    for (let request = 0; request < requests; request++) if (rate.admits()) admitted++
  }
  return admitted
}

test('it begins with the most that was done of late', () => {
  const rate = new AdmissionRate()
  rate.observe(10, 50)
  rate.observe(1, 50)
  expect(rate.perSecond).toBeCloseTo(199, 0)
})

test('of what was never tried, a loop that is not late admits all within a second', () => {
  // It had nothing to do, and stood still for a while: nothing is known of what it can do.
  const rate = new AdmissionRate()
  admittedIn(rate, 20, 0, 10)
  expect(admittedIn(rate, 20, 0, 10)).toBe(200)
})

test('it falls while the loop is late by what it admits, and stays where nobody comes', () => {
  const rate = new AdmissionRate()
  rate.observe(20, 50)
  admittedIn(rate, 20, 2, 40)
  admittedIn(rate, 1, 2, 0)
  const { perSecond } = rate
  expect(perSecond).toBeLessThan(100)
  admittedIn(rate, 20, 2, 0)
  expect(rate.perSecond).toBe(perSecond)
})

test('however late the loop is, one now and then is admitted', () => {
  const rate = new AdmissionRate()
  expect(admittedIn(rate, 100, 2, 5)).toBeGreaterThan(1)
})
