import type { CollectorPair } from '../history/views/collector-pairs.ts'
import {
  compareLatencies,
  type LatencyComparison,
  SAME_CHANCE,
  sameShiftMs,
  SLOWER_CHANCE,
  SLOWER_RATIO,
  SLOWER_SHIFT_MS,
} from './statistics/compare-latencies.ts'
import { median } from './statistics/quantile.ts'
import { signTest } from './statistics/sign-test.ts'

/** What is known of one way of being dead. */
export interface CollectorFinding {
  readonly collector: string
  readonly pairs: readonly CollectorPair[]
  /** Of all pairs, pooled. */
  readonly comparison: LatencyComparison
  /** Pairs in which the median was more than 1.5 times as long. */
  readonly slowerPairCount: number
  /** Pairs in which requests hung beside the dead collector, and none beside the healthy one. */
  readonly hangingPairCount: number
  /** `blocked`: requests wait for it. `free`: none does. Else nobody can tell. */
  readonly what: 'blocked' | 'free' | 'unclear'
  /** Why nobody can tell. */
  readonly because?: string
}

/** Five pairs of five that point the same way: once in 32 by chance. */
const SIGNIFICANT = 0.05
/** Exporters let only so many exports wait at a time: the median may not move while a few requests hang. */
const HANGING_REQUESTS = 3
/** Of each arm of a pair. */
const NEEDED_REQUESTS = 10

/**
 * What pairs with one fault tell. Processes differ among themselves, so it takes several pairs to call a service blocked:
 * the sign test over pairs, and either requests that hang, or a pooled chance and a shift that can be felt. One pair is
 * enough to call it free, where nothing hangs and its median is not moved by more than what counts.
 */
export function collectorFinding(pairs: readonly CollectorPair[]): CollectorFinding {
  const comparison = compareLatencies(
    pairs.map(({ healthy }) => healthy.latenciesMs),
    pairs.map(({ dead }) => dead.latenciesMs),
  )
  const slowerPairCount = pairs.filter(
    ({ healthy, dead }) => median(dead.latenciesMs) > SLOWER_RATIO * median(healthy.latenciesMs),
  ).length
  const hangingPairCount = pairs.filter((pair) => isHanging(pair)).length
  const found = { collector: pairs[0]?.collector ?? '', pairs, comparison, slowerPairCount, hangingPairCount }
  const fewest = Math.min(
    ...pairs.flatMap(({ healthy, dead }) => [healthy.latenciesMs.length, dead.latenciesMs.length]),
  )
  if (fewest < NEEDED_REQUESTS)
    return { ...found, what: 'unclear', because: `only ${fewest} requests could be timed in one of the lifetimes` }
  if (!pairs.every((pair) => wasMet(pair)))
    return { ...found, what: 'unclear', because: 'the service sent nothing to the collector, dead or healthy' }
  const isSlow = comparison.slowerRatio > SLOWER_CHANCE && comparison.shiftMs.value > SLOWER_SHIFT_MS
  const isSlower = isSlow && isSignificant(slowerPairCount, pairs)
  if (isSlower || isSignificant(hangingPairCount, pairs)) return { ...found, what: 'blocked' }
  if (hangingPairCount === 0 && isUnmoved(comparison)) return { ...found, what: 'free' }
  return {
    ...found,
    what: 'unclear',
    because: `requests were slower in ${slowerPairCount} of ${pairs.length} pairs, and hung in ${hangingPairCount}`,
  }
}

/** Whether a first pair leaves it open enough to try more. */
export function isSuspect({ what, hangingPairCount, comparison }: CollectorFinding): boolean {
  return what === 'unclear' && (hangingPairCount > 0 || !isUnmoved(comparison))
}

/**
 * The bound of the shift is small, or both the shift and the chance are. Two processes differ by some milliseconds on a
 * busy machine; who waits for a dead collector waits for hundreds.
 */
function isUnmoved({ p50Ms, shiftMs, slowerRatio }: LatencyComparison): boolean {
  const limitMs = sameShiftMs(p50Ms)
  return shiftMs.high < limitMs || (slowerRatio < SAME_CHANCE && shiftMs.value < limitMs)
}

function isHanging({ healthy, dead }: CollectorPair): boolean {
  return dead.hung.length >= HANGING_REQUESTS && healthy.hung.length === 0
}

function isSignificant(count: number, pairs: readonly CollectorPair[]): boolean {
  return signTest(count, pairs.length) <= SIGNIFICANT
}

/** The dead collector was tried: it saw an export, or the healthy one beside it did and this one got none. */
function wasMet({ healthy, dead }: CollectorPair): boolean {
  return dead.faultyExportCount > 0 || (healthy.servedExportCount > 0 && dead.servedExportCount === 0)
}
