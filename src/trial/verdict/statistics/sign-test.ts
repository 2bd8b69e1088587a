/**
 * The chance of at least `successes` in `trials` tosses of a fair coin: the one-sided sign test. Five pairs of five that
 * point the same way have 1/32 = 0.031.
 *
 * @see https://en.wikipedia.org/wiki/Sign_test
 */
export function signTest(successes: number, trials: number): number {
  let term = 0.5 ** trials
  let sum = 0
  for (let count = 0; count <= trials; count += 1) {
    if (count >= successes) sum += term
    term *= (trials - count) / (count + 1)
  }
  return Math.min(1, sum)
}
