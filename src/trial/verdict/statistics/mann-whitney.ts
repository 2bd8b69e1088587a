/**
 * The chance that a value of `b`, drawn at random, is greater than one of `a`; equal ones count half. 0.5 is no difference,
 * 1 is every value of `b` above every one of `a`. One slow value says little here, however slow, which is what makes it
 * steady where tails are not. It is the U of Mann and Whitney over its greatest value, the area under the ROC curve.
 *
 * @returns `NaN` where one of them is empty
 * @see https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test
 */
export function probabilityOfGreater(a: readonly number[], b: readonly number[]): number {
  const lower = a.toSorted((one, other) => one - other)
  const upper = b.toSorted((one, other) => one - other)
  let wins = 0
  let below = 0
  let notAbove = 0
  for (const value of upper) {
    while (below < lower.length && (lower[below] as number) < value) below += 1
    while (notAbove < lower.length && (lower[notAbove] as number) <= value) notAbove += 1
    wins += (below + notAbove) / 2
  }
  return wins / (lower.length * upper.length)
}
