import { expect, test } from 'vitest'
import { Random } from '../../../../src/load/random.ts'
import { compareMedians } from '../../../../src/trial/verdict/statistics/bootstrap-medians.ts'

/** Values whose logarithms are normal: what latencies look like. */
function latencies(
  random: Random,
  { count, medianMs }: { readonly count: number; readonly medianMs: number },
): number[] {
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.ratio())) * Math.cos(2 * Math.PI * random.ratio())
    return medianMs * Math.exp(0.5 * normal)
  })
}

function blocks(random: Random, medianMs: number): number[][] {
  return Array.from({ length: 5 }, () => latencies(random, { count: 50, medianMs }))
}

test('arms without any spread differ by exactly what they differ by', () => {
  const difference = compareMedians([[10, 10], [10]], [[20, 20, 20]], { random: new Random(1) })
  expect(difference).toEqual({ ratio: { value: 2, low: 2, high: 2 }, shift: { value: 10, low: 10, high: 10 } })
})

test('the same seed gives the same interval', () => {
  const random = new Random(7)
  const a = blocks(random, 10)
  const b = blocks(random, 12)
  expect(compareMedians(a, b, { random: new Random(3) })).toEqual(compareMedians(a, b, { random: new Random(3) }))
})

test('its interval of 95 % holds the true ratio about as often as it says', () => {
  const random = new Random(2026)
  let held = 0
  for (let turn = 0; turn < 100; turn += 1) {
    const { ratio } = compareMedians(blocks(random, 10), blocks(random, 15), { random, resamples: 200 })
    if (ratio.low <= 1.5 && ratio.high >= 1.5) held += 1
  }
  expect(held).toBeGreaterThanOrEqual(90)
})

test('a block that is slow as a whole widens the interval', () => {
  const random = new Random(5)
  const steady = blocks(random, 10)
  const disturbed = steady.map((block, index) => (index < 2 ? block.map((value) => value * 10) : block))
  const narrow = compareMedians(steady, steady, { random: new Random(1) })
  const wide = compareMedians(steady, disturbed, { random: new Random(1) })
  expect(wide.ratio.high - wide.ratio.low).toBeGreaterThan(5 * (narrow.ratio.high - narrow.ratio.low))
})

test('an arm without values gives no numbers and no error', () => {
  expect(compareMedians([], [[1]], { random: new Random(1) }).ratio.value).toBeNaN()
  expect(compareMedians([[]], [[1]], { random: new Random(1) }).shift.low).toBeNaN()
})
