import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exponentialIndex } from '../../../src/telemetry/metrics/exponential-index.ts'

const finite = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true })
const subnormal = fc.double({ min: Number.MIN_VALUE, max: 2 ** -1022, noNaN: true })
const power = fc.integer({ min: -1074, max: 1023 }).map((exponent) => 2 ** exponent)
const scale = fc.integer({ min: -10, max: 20 })
const bits = new DataView(new ArrayBuffer(8))

/** The neighbour of a positive number, by `by` steps of its last place. */
function neighbour(value: number, by: bigint): number {
  bits.setFloat64(0, value)
  bits.setBigUint64(0, bits.getBigUint64(0) + by)
  const moved = bits.getFloat64(0)
  return moved > 0 && Number.isFinite(moved) ? moved : value
}

/** Numbers next to the bounds of buckets, where the logarithm alone goes wrong. */
const nearBound = fc
  .tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: -1000, max: 1000 }), fc.nat(), fc.bigInt(-2n, 2n))
  .map(([scale, power, position, by]) => {
    const value = 2 ** power * 2 ** ((position % 2 ** scale) / 2 ** scale)
    return [scale, neighbour(value, by)] as const
  })

/** `value` as `whole * 2 ** exponent`, exactly. */
function parts(value: number): readonly [bigint, number] {
  bits.setFloat64(0, value)
  const raw = bits.getBigUint64(0)
  const exponent = Number((raw >> 52n) & 0x7ffn)
  const fraction = raw & ((1n << 52n) - 1n)
  return exponent === 0 ? [fraction, -1074] : [fraction | (1n << 52n), exponent - 1075]
}

/** The square root, rounded down, of `2 ** (2 * PRECISION) * ratio` and so on: bounds by repeated roots of 2. */
const PRECISION = 400n
function root(square: bigint): bigint {
  let guess = 1n << BigInt(Math.ceil(square.toString(2).length / 2))
  for (;;) {
    const next = (guess + square / guess) >> 1n
    if (next >= guess) return guess
    guess = next
  }
}
/** 2 ** (2 ** -k), for k from 0, times 2 ** PRECISION. */
const ROOTS: bigint[] = [2n << PRECISION]
for (let k = 1; k <= 20; k++) ROOTS.push(root((ROOTS[k - 1] as bigint) << PRECISION))

/** `2 ** (index / 2 ** scale)` times `2 ** PRECISION`, without the whole powers of two. */
function fractionalBound(within: number, scale: number): bigint {
  let bound = 1n << PRECISION
  for (let k = 1; k <= scale; k++) {
    if (Math.floor(within / 2 ** (scale - k)) % 2 === 1) bound = (bound * (ROOTS[k] as bigint)) >> PRECISION
  }
  return bound
}

/** Whether `value` is above the lower bound of bucket `index`: by multiplying roots, which owes nothing to logarithms. */
function isAbove(value: number, index: number, scale: number): boolean {
  const [whole, exponent] = parts(value)
  if (scale <= 0) {
    // The bound is 2 ** (index * 2 ** -scale), a power of two.
    const boundExponent = index * 2 ** -scale
    const shift = BigInt(Math.trunc(exponent - boundExponent))
    return shift >= 0n ? whole << shift > 1n : whole > 1n << -shift
  }
  const perPower = 2 ** scale
  const powers = Math.floor(index / perPower)
  const within = index - powers * perPower
  if (within === 0) {
    const shift = BigInt(exponent - powers)
    return shift >= 0n ? whole << shift > 1n : whole > 1n << -shift
  }
  const bound = fractionalBound(within, scale)
  const shift = BigInt(exponent - powers) + PRECISION
  return shift >= 0n ? whole << shift > bound : whole > bound << -shift
}

function isExact(value: number, scale: number): boolean {
  const index = exponentialIndex(value, scale)
  return Number.isInteger(index) && isAbove(value, index, scale) && !isAbove(value, index + 1, scale)
}

test('a number is in the bucket above whose lower bound it lies, and not above the next one', () => {
  fc.assert(
    fc.property(fc.oneof(finite, subnormal, power), scale, (value, scale) => {
      expect(isExact(value, scale)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('numbers one step of the last place from a bound are on its right side', () => {
  fc.assert(
    fc.property(nearBound, ([scale, value]) => {
      expect(isExact(value, scale)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('the bucket at a coarser scale is that of the finer one, shifted', () => {
  fc.assert(
    fc.property(fc.oneof(finite, subnormal, power), scale, fc.nat({ max: 30 }), (value, scale, by) => {
      const coarser = Math.max(-10, scale - by)
      expect(exponentialIndex(value, coarser)).toBe(exponentialIndex(value, scale) >> (scale - coarser))
    }),
  )
})

test('a power of two is the upper end of its bucket, the largest and smallest numbers have theirs', () => {
  expect([1, 2, 4, 0.5].map((value) => exponentialIndex(value, 0))).toEqual([-1, 0, 1, -2])
  expect(exponentialIndex(Number.MAX_VALUE, 20)).toBe(1024 * 2 ** 20 - 1)
  expect(exponentialIndex(Number.MIN_VALUE, 20)).toBe(-1074 * 2 ** 20 - 1)
  expect(exponentialIndex(Number.MIN_VALUE, 0)).toBe(-1075)
})
