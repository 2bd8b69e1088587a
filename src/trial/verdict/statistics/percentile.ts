/**
 * The value that `share` (0 to 1) of the values do not exceed, by nearest rank; `undefined` of no values. It is always one of
 * them, so that it can be compared with a limit, and endless where an answer never came. A `quantile` between two values
 * would be neither.
 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]
}
