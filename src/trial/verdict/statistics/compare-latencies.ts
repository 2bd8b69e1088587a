import { Random } from '../../../load/random.ts'
import { compareMedians, type Estimate } from './bootstrap-medians.ts'
import { probabilityOfGreater } from './mann-whitney.ts'
import { median } from './quantile.ts'

/** How the latencies of a second arm differ from those of a first. */
export interface LatencyComparison {
  /** How many there are of both, together. */
  readonly count: number
  /** The median of the first arm. */
  readonly p50Ms: number
  /** Of the medians, the second over the first, with 95 %. */
  readonly ratio: Estimate
  /** Of the medians, the second less the first, with 95 %. */
  readonly shiftMs: Estimate
  /** The chance that one of the second arm takes longer than one of the first: 0.5 is no difference. */
  readonly slowerRatio: number
  /** Beyond doubt and chance, and by as much as a user could feel. */
  readonly isSlower: boolean
  /** No slower than chance and the machine explain. */
  readonly isSame: boolean
}

/** A median so many times as long, with 95 %, … */
export const SLOWER_RATIO = 1.5
/** … a request that is slower with such a chance, … */
export const SLOWER_CHANCE = 0.75
/** … and a median so many milliseconds longer make an arm slower. */
export const SLOWER_SHIFT_MS = 5
/** Below such a chance, … */
export const SAME_CHANCE = 0.65
/** … and with a shift below 5 ms or this share of the median, an arm is the same. */
export const SAME_SHIFT_RATIO = 0.5

/** The same numbers for the same history, whoever judges it, and when. */
const SEED = 1

/** Compares two arms of blocks. Medians and ranks only: ratios of tails say nothing on a machine that others use, too. */
export function compareLatencies(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
): LatencyComparison {
  const { ratio, shift } = compareMedians(first, second, { random: new Random(SEED) })
  const p50Ms = median(first.flat())
  const slowerRatio = probabilityOfGreater(first.flat(), second.flat())
  return {
    count: first.flat().length + second.flat().length,
    p50Ms,
    ratio,
    shiftMs: shift,
    slowerRatio,
    isSlower: ratio.low > SLOWER_RATIO && slowerRatio > SLOWER_CHANCE && shift.value > SLOWER_SHIFT_MS,
    isSame: slowerRatio < SAME_CHANCE && shift.high < sameShiftMs(p50Ms),
  }
}

/** What a median may rise by and still be the same, in milliseconds. */
export function sameShiftMs(p50Ms: number): number {
  return Math.max(SLOWER_SHIFT_MS, SAME_SHIFT_RATIO * p50Ms)
}
