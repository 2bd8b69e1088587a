export interface Interval {
  readonly mean: number
  /** The 95 % interval of the mean. */
  readonly low: number
  readonly high: number
}

const RESAMPLES = 2000
/** Rounds in which the machine did something else are left out: this share at either end. */
const TRIM = 0.1

/** The mean without the outermost tenths, and its interval by bootstrap: no shape of the noise is assumed. */
export function meanWithInterval(values: readonly number[]): Interval {
  const means: number[] = []
  let state = 1
  const random = (): number => {
    // xorshift: the same values give the same interval every time.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  for (let count = 0; count < RESAMPLES; count++) {
    means.push(trimmedMean(values.map(() => values[Math.floor(random() * values.length)] ?? 0)))
  }
  means.sort((a, b) => a - b)
  return {
    mean: trimmedMean(values),
    low: means[Math.floor(RESAMPLES * 0.025)] ?? Number.NaN,
    high: means[Math.floor(RESAMPLES * 0.975)] ?? Number.NaN,
  }
}

function trimmedMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const cut = Math.floor(sorted.length * TRIM)
  const kept = sorted.slice(cut, sorted.length - cut)
  return kept.reduce((sum, value) => sum + value, 0) / kept.length
}
