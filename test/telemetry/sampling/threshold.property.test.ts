import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { Threshold } from '../../../src/telemetry/sampling/threshold.ts'

const toBig = (threshold: Threshold): bigint => (BigInt(threshold.high24) << 32n) | BigInt(threshold.low32)

// The table of the specification, for one in so many, at four digits.
test.for([
  [1, '0'],
  [2, '8'],
  [3, 'aaab'],
  [4, 'c'],
  [5, 'cccd'],
  [8, 'e'],
  [10, 'e666'],
  [16, 'f'],
  [100, 'fd70a'],
  [1000, 'ffbe77'],
  [10_000, 'fff9724'],
  [100_000, 'ffff583a'],
  [1_000_000, 'ffffef39'],
] as const)('1 in %i has the threshold %s', ([oneIn, text]) => {
  const threshold = Threshold.of(1 / oneIn)
  expect(threshold.text).toBe(text)
  expect(threshold.traceState?.serialize()).toBe(`ot=th:${text}`)
  expect(toBig(threshold)).toBe(BigInt(`0x${text.padEnd(14, '0')}`))
})

test('the probability that a threshold stands for is near the one that was asked for', () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -40, max: 1, noNaN: true }), (probability) => {
      const threshold = Threshold.of(probability)
      expect(Math.abs(threshold.probability - probability)).toBeLessThanOrEqual(probability * 16 ** -3)
      expect(Number(2n ** 56n - toBig(threshold)) / 2 ** 56).toBe(threshold.probability)
    }),
  )
})

test('it includes exactly the numbers from the threshold on', () => {
  const part = fc.double({ min: 0, max: 1, noNaN: true })
  const high = fc.integer({ min: 0, max: 2 ** 24 - 1 })
  const low = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  fc.assert(
    fc.property(part, high, low, (probability, high24, low32) => {
      const threshold = Threshold.of(probability)
      const random = (BigInt(high24) << 32n) | BigInt(low32)
      expect(threshold.includes(high24, low32)).toBe(random >= toBig(threshold))
    }),
  )
  for (const probability of [1, 0.5, 0.1, 0.01, 2 ** -56]) {
    const threshold = Threshold.of(probability)
    expect(threshold.includes(threshold.high24, threshold.low32)).toBe(true)
    const below = toBig(threshold) - 1n
    if (below >= 0n) expect(threshold.includes(Number(below >> 32n), Number(below & 0xffff_ffffn))).toBe(false)
  }
})

test('nothing is a threshold that no trace reaches, and it is passed on by nobody', () => {
  for (const probability of [0, Number.MIN_VALUE, 2 ** -58]) {
    const nothing = Threshold.of(probability)
    expect(nothing.includes(2 ** 24 - 1, 2 ** 32 - 1)).toBe(false)
    expect(nothing).toMatchObject({ probability: 0, traceState: undefined })
  }
})

test('of 100,000 random traces, a smaller probability takes a part of what a larger one takes, of the right size', () => {
  const probabilities = [0.001, 0.01, 0.05, 0.1, 0.25, 0.333, 0.5, 0.75, 0.9, 1]
  const thresholds = probabilities.map((probability) => Threshold.of(probability))
  const taken = thresholds.map(() => 0)
  const count = 100_000
  const random = randomBytes(count * 7)
  let holes = 0
  for (let index = 0; index < count; index++) {
    const high24 = random.readUIntBE(index * 7, 3)
    const low32 = random.readUInt32BE(index * 7 + 3)
    let isTaken = false
    for (const [at, threshold] of thresholds.entries()) {
      const includes = threshold.includes(high24, low32)
      if (isTaken && !includes) holes++
      isTaken = includes
      if (includes) taken[at] = (taken[at] ?? 0) + 1
    }
  }
  expect(holes).toBe(0)
  for (const [at, probability] of probabilities.entries()) {
    // Ten standard deviations on either side.
    const room = 10 * Math.sqrt(count * probability * (1 - probability)) + count * probability * 16 ** -3
    expect(Math.abs((taken[at] ?? 0) - count * probability)).toBeLessThanOrEqual(room)
  }
})
