/** Bounds of a share. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** The normal distribution's, for 95 % on both sides. */
const Z_95 = 1.959_963_984_540_054

/**
 * The share that `hits` of `count` tell of, with 95 %, from 0 to 1. Unlike the textbook's interval it is right for shares
 * near 0 and 1 and for few cases. Of no cases it knows nothing: 0 to 1.
 *
 * @see https://doi.org/10.1080/01621459.1927.10502953 Wilson, Probable inference, JASA 22 (1927), pages 209 to 212
 */
export function wilsonInterval(hits: number, count: number): Interval {
  if (count <= 0) return { low: 0, high: 1 }
  const share = Math.min(1, Math.max(0, hits / count))
  const square = Z_95 ** 2
  const middle = share + square / (2 * count)
  const half = Z_95 * Math.sqrt((share * (1 - share)) / count + square / (4 * count ** 2))
  const scale = 1 + square / count
  return {
    low: share === 0 ? 0 : Math.max(0, (middle - half) / scale),
    high: share === 1 ? 1 : Math.min(1, (middle + half) / scale),
  }
}
