/**
 * What a rate is below, with `confidence`, when none was seen in `trials`: about three over their number. It is the exact
 * `1 - (1 - confidence)^(1 / trials)`, which also holds for few: 0 in 1000 is at most 0.30 %, 0 in 1 at most 95 %.
 *
 * @returns 1 when nothing was tried
 * @see Hanley and Lippman-Hand, If nothing goes wrong, is everything all right?, JAMA 1983
 */
export function upperBoundOfNone(trials: number, confidence = 0.95): number {
  if (trials <= 0) return 1
  return -Math.expm1(Math.log1p(-confidence) / trials)
}
