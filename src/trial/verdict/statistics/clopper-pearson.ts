import { incompleteBeta } from './incomplete-beta.ts'

/** The bounds of an interval. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Halvings of an interval of length 1: below what a number can hold. */
const HALVINGS = 60

/**
 * The exact interval of a share of which `successes` in `trials` were seen: it holds the true one with at least
 * `confidence`, however few were tried. Both sides get half of the rest; without any success, or without any failure, the
 * other side does so as well.
 *
 * @see Clopper and Pearson, The use of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 1934
 */
export function exactInterval(successes: number, trials: number, confidence = 0.95): Interval {
  if (trials <= 0) return { low: 0, high: 1 }
  const tail = (1 - confidence) / 2
  return {
    low: successes <= 0 ? 0 : inverseBeta(tail, successes, trials - successes + 1),
    high: successes >= trials ? 1 : inverseBeta(1 - tail, successes + 1, trials - successes),
  }
}

function inverseBeta(probability: number, a: number, b: number): number {
  let low = 0
  let high = 1
  for (let turn = 0; turn < HALVINGS; turn += 1) {
    const middle = (low + high) / 2
    if (incompleteBeta(middle, a, b) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}
