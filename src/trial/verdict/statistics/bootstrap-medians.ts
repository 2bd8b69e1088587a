import type { Random } from '../../../load/random.ts'
import { median, quantileOfSorted } from './quantile.ts'

/** An estimate and the bounds of its interval. */
export interface Estimate {
  readonly value: number
  readonly low: number
  readonly high: number
}

/** How the medians of two arms differ. */
export interface MedianDifference {
  /** Of `b` over that of `a`. */
  readonly ratio: Estimate
  /** Of `b` less that of `a`. */
  readonly shift: Estimate
}

/** What the bootstrap is done with. */
export interface BootstrapOptions {
  /** Given a seed, so that the same history gives the same verdict. */
  readonly random: Random
  /** @default 1000, with which the bounds of 95 % are steady to a few percent */
  readonly resamples?: number
  /** Of the interval between both bounds. @default 0.95 */
  readonly confidence?: number
}

/**
 * Compares the medians of two arms that were measured in blocks: each resample draws blocks, then values in each block,
 * with replacement, so that what a whole block shares (a neighbour on the machine, a collection of garbage) widens the
 * interval instead of passing for precision.
 *
 * @returns `NaN`s where an arm has no values
 * @see https://en.wikipedia.org/wiki/Bootstrapping_(statistics)
 */
export function compareMedians(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  { random, resamples = 1000, confidence = 0.95 }: BootstrapOptions,
): MedianDifference {
  const blocksA = a.filter((block) => block.length > 0)
  const blocksB = b.filter((block) => block.length > 0)
  const ratios = new Float64Array(resamples)
  const shifts = new Float64Array(resamples)
  for (let turn = 0; turn < resamples; turn += 1) {
    const medianA = resampledMedian(blocksA, random)
    const medianB = resampledMedian(blocksB, random)
    ratios[turn] = medianB / medianA
    shifts[turn] = medianB - medianA
  }
  const medianA = median(blocksA.flat())
  const medianB = median(blocksB.flat())
  return {
    ratio: estimate(medianB / medianA, ratios, confidence),
    shift: estimate(medianB - medianA, shifts, confidence),
  }
}

function resampledMedian(blocks: readonly (readonly number[])[], random: Random): number {
  if (blocks.length === 0) return Number.NaN
  const drawn = blocks.map(() => random.pick(blocks))
  const values = new Float64Array(drawn.reduce((sum, block) => sum + block.length, 0))
  let place = 0
  for (const block of drawn) {
    for (let count = 0; count < block.length; count += 1) {
      values[place] = random.pick(block)
      place += 1
    }
  }
  return quantileOfSorted(values.sort(), 0.5)
}

function estimate(value: number, resampled: Float64Array, confidence: number): Estimate {
  const sorted = resampled.sort()
  const tail = (1 - confidence) / 2
  return { value, low: quantileOfSorted(sorted, tail), high: quantileOfSorted(sorted, 1 - tail) }
}
