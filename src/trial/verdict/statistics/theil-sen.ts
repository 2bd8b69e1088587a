export interface Point {
  readonly x: number
  readonly y: number
}

/** A slope and the interval that holds it. */
export interface Slope {
  readonly slope: number
  readonly low: number
  readonly high: number
}

/** Of the normal distribution, for 95 % in the middle. */
const Z_95 = 1.959_964

/**
 * The median of the slopes between all pairs of points (Theil), which a few jumps don't move, and the interval of 95 % from
 * the ranks of those slopes (Sen). With fewer than 8 points, or all at one `x`, nothing is known: the interval is endless.
 *
 * @see Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 1968
 */
export function theilSen(points: readonly Point[]): Slope {
  const slopes: number[] = []
  for (const [index, one] of points.entries()) {
    for (const other of points.slice(index + 1)) {
      if (other.x !== one.x) slopes.push((other.y - one.y) / (other.x - one.x))
    }
  }
  slopes.sort((one, other) => one - other)
  const count = slopes.length
  if (count === 0) return { slope: Number.NaN, low: -Infinity, high: Infinity }
  const slope = ((slopes[(count - 1) >> 1] as number) + (slopes[count >> 1] as number)) / 2
  const n = points.length
  if (n < 8) return { slope, low: -Infinity, high: Infinity }
  const spread = Z_95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  return {
    slope,
    low: slopes[Math.max(0, Math.floor((count - spread) / 2))] as number,
    high: slopes[Math.min(count - 1, Math.ceil((count + spread) / 2))] as number,
  }
}
