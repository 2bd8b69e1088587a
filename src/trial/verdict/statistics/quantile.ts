/**
 * The value below which `share` of the values lie, between the nearest two on a straight line (type 7 of Hyndman and Fan).
 *
 * @returns `NaN` where there are no values
 */
export function quantile(values: readonly number[], share: number): number {
  return quantileOfSorted(
    values.toSorted((one, other) => one - other),
    share,
  )
}

/** The middle; `NaN` where there are no values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** {@link quantile} of values that are in order already. */
export function quantileOfSorted(sorted: ArrayLike<number>, share: number): number {
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)] ?? Number.NaN
  const above = sorted[Math.ceil(place)] ?? Number.NaN
  return below + (above - below) * (place - Math.floor(place))
}
