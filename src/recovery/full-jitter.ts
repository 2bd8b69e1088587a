/** Bounds of a wait before something is tried again. */
export interface BackoffPolicy {
  readonly initialMs: number
  readonly maxMs: number
  readonly random: () => number
}

/**
 * The wait after so many failures in a row: anything from 0 to a bound that doubles with each. Spread over the whole of
 * it, because what fails together would otherwise come back together. Never throws.
 *
 * @param failures from 1
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("full jitter")
 */
export function fullJitterMs({ initialMs, maxMs, random }: BackoffPolicy, failures: number): number {
  return Math.min(maxMs, initialMs * 2 ** Math.min(failures - 1, 64)) * shareOf(random)
}

/** A random that throws or gives nonsense must make neither a loop without waits nor a wait without end. */
function shareOf(random: () => number): number {
  try {
    const share = random()
    return share >= 0 && share <= 1 ? share : 1
  } catch {
    return 1
  }
}
