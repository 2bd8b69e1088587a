import type { ExponentialBuckets, ExponentialHistogramPoint } from '../../otlp/model.ts'

/** Counts between boundaries: one more of the counts than of the boundaries. */
export interface ExplicitBuckets {
  /** Ascending, each of them inclusive. */
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
}

/**
 * An exponential histogram with the powers of two as its boundaries, where its own were finer: the text formats have no
 * exponential histograms. The powers of two are among the boundaries of every finer scale, so that the counts are exact,
 * and they stay the same when the histogram rescales itself; its own would be other series after each such moment.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
 */
export function toExplicitBuckets(point: ExponentialHistogramPoint): ExplicitBuckets {
  const scale = Math.min(point.scale, 0)
  const shift = point.scale - scale
  const boundAt = (index: number): number => 2 ** (index * 2 ** -scale)
  const buckets = new BucketList()
  const negative = coarsen(point.negative, shift)
  for (let index = negative.length - 1; index >= 0; index--) {
    buckets.add(-boundAt(negative.offset + index), negative.counts[index] as number)
  }
  if (point.zeroCount > 0 || negative.length > 0) buckets.add(point.zeroThreshold, point.zeroCount)
  const positive = coarsen(point.positive, shift)
  // Where the first bucket begins, too: a quantile in it would otherwise be taken as if it began at 0.
  if (positive.length > 0) buckets.add(boundAt(positive.offset), 0)
  for (let index = 0; index < positive.length; index++) {
    buckets.add(boundAt(positive.offset + index + 1), positive.counts[index] as number)
  }
  return buckets.take()
}

class BucketList {
  readonly #bounds: number[] = []
  readonly #counts: number[] = []
  #beyond = 0

  /** In ascending order. What has no boundary of its own, at the ends of what a number can be, joins the one before. */
  add(bound: number, count: number): void {
    if (bound === Number.POSITIVE_INFINITY) {
      this.#beyond += count
      return
    }
    const last = this.#bounds.length - 1
    if (last >= 0 && bound <= (this.#bounds[last] as number)) {
      this.#counts[last] = (this.#counts[last] as number) + count
      return
    }
    // No negative zero: as a label it would be another series than zero.
    this.#bounds.push(bound === 0 ? 0 : bound)
    this.#counts.push(count)
  }

  take(): ExplicitBuckets {
    return { bounds: this.#bounds, counts: [...this.#counts, this.#beyond] }
  }
}

interface CoarseBuckets {
  readonly offset: number
  readonly counts: readonly number[]
  readonly length: number
}

/** Without the empty ones at both ends. */
function coarsen({ offset, bucketCounts }: ExponentialBuckets, shift: number): CoarseBuckets {
  const first = bucketCounts.findIndex((count) => count > 0)
  if (first === -1) return { offset: 0, counts: [], length: 0 }
  const last = bucketCounts.findLastIndex((count) => count > 0)
  const start = coarse(offset + first, shift)
  const counts = Array.from({ length: coarse(offset + last, shift) - start + 1 }, () => 0)
  for (let index = first; index <= last; index++) {
    const at = coarse(offset + index, shift) - start
    counts[at] = (counts[at] as number) + (bucketCounts[index] as number)
  }
  return { offset: start, counts, length: counts.length }
}

function coarse(index: number, shift: number): number {
  return Math.floor(index / 2 ** shift)
}
