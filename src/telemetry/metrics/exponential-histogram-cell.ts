import type { Exemplar, ExponentialHistogramPoint } from '../../otlp/model.ts'
import { Cell } from './cell.ts'
import { BucketRing, toBuckets } from './exponential-buckets.ts'
import { exponentialIndex } from './exponential-index.ts'
import type { SeriesIdentity } from './series-attributes.ts'
import type { ValueBuffer } from './value-buffer.ts'

/** The coarsest scale: all numbers are in two buckets then. */
export const MIN_SCALE = -10
/** The finest scale, with which every series begins. */
export const MAX_SCALE = 20

export interface ExponentialShape {
  /** Buckets of each sign, at most. */
  readonly maxSize: number
  readonly maxScale: number
  readonly recordsMinMax: boolean
  /** Of instruments that may be negative a sum means nothing. */
  readonly hasSum: boolean
}

/** Before the buckets: count, sum, min, max, count of zeros, scale, and where the negative buckets begin. */
const SAVED_FIELDS = 7

/**
 * How many values fell into buckets that grow by a constant factor; the factor is as small as the number of buckets
 * allows for the values that came.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#base2-exponential-bucket-histogram-aggregation
 */
export class ExponentialHistogramCell extends Cell<ExponentialHistogramPoint> {
  readonly #shape: ExponentialShape
  readonly #positive: BucketRing
  #negative: BucketRing | undefined = undefined
  #scale: number
  #sum = 0
  #count = 0
  #zeroCount = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  constructor(identity: SeriesIdentity, startUnixNano: bigint, shape: ExponentialShape) {
    super(identity, startUnixNano)
    this.#shape = shape
    this.#positive = new BucketRing(shape.maxSize)
    this.#scale = shape.maxScale
  }

  record(value: number): number {
    this.isTouched = true
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    if (value === 0) this.#zeroCount++
    else if (value > 0) this.#add(this.#positive, value)
    else this.#add((this.#negative ??= new BucketRing(this.#shape.maxSize)), -value)
    return 0
  }

  reset(): void {
    this.#positive.clear()
    this.#negative?.clear()
    this.#scale = this.#shape.maxScale
    this.#sum = 0
    this.#count = 0
    this.#zeroCount = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
  }

  save(buffer: ValueBuffer): number {
    const at = buffer.claim(SAVED_FIELDS)
    this.#positive.save(buffer)
    const negativeAt = (this.#negative ?? EMPTY).save(buffer)
    const { values } = buffer
    values[at] = this.#count
    values[at + 1] = this.#sum
    values[at + 2] = this.#min
    values[at + 3] = this.#max
    values[at + 4] = this.#zeroCount
    values[at + 5] = this.#scale
    values[at + 6] = negativeAt
    return at
  }

  toPoint(
    values: Float64Array,
    at: number,
    startUnixNano: bigint,
    timeUnixNano: bigint,
    exemplars: readonly Exemplar[],
  ): ExponentialHistogramPoint {
    const count = values[at] as number
    const zeroCount = values[at + 4] as number
    const hasMinMax = this.#shape.recordsMinMax && count > 0
    return {
      attributes: this.attributes,
      startTimeUnixNano: startUnixNano,
      timeUnixNano,
      flags: 0,
      count,
      sum: this.#shape.hasSum ? values[at + 1] : undefined,
      min: hasMinMax ? values[at + 2] : undefined,
      max: hasMinMax ? values[at + 3] : undefined,
      // Without buckets every scale is true, and 0 is what others say then.
      scale: count === zeroCount ? 0 : (values[at + 5] as number),
      zeroCount,
      zeroThreshold: 0,
      positive: toBuckets(values, at + SAVED_FIELDS),
      negative: toBuckets(values, values[at + 6] as number),
      exemplars,
    }
  }

  #add(ring: BucketRing, magnitude: number): void {
    let index = exponentialIndex(magnitude, this.#scale)
    if (!ring.fits(index)) {
      const by = this.#excess(ring, index)
      this.#scale -= by
      this.#positive.downscale(by)
      this.#negative?.downscale(by)
      index >>= by
    }
    ring.increment(index)
  }

  /** By how much the scale must go down until `index` fits. */
  #excess(ring: BucketRing, index: number): number {
    let low = Math.min(ring.low, index)
    let high = Math.max(ring.high, index)
    let by = 0
    while (high - low >= this.#shape.maxSize) {
      low >>= 1
      high >>= 1
      by++
    }
    return by
  }
}

const EMPTY = new BucketRing(2)
