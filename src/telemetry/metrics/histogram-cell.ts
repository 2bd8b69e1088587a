import type { Exemplar, HistogramPoint } from '../../otlp/model.ts'
import { Cell } from './cell.ts'
import type { SeriesIdentity } from './series-attributes.ts'
import type { ValueBuffer } from './value-buffer.ts'

export interface HistogramShape {
  /** Sorted upper bounds, each of them inclusive. */
  readonly boundaries: readonly number[]
  readonly recordsMinMax: boolean
  /** Of instruments that may be negative a sum means nothing. */
  readonly hasSum: boolean
}

/** Before the counts of the buckets: count, sum, min and max. */
const SAVED_FIELDS = 4

/**
 * How many values fell between fixed boundaries.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/#histogram
 */
export class HistogramCell extends Cell<HistogramPoint> {
  readonly #shape: HistogramShape
  readonly #boundaries: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  constructor(identity: SeriesIdentity, startUnixNano: bigint, shape: HistogramShape) {
    super(identity, startUnixNano)
    this.#shape = shape
    this.#boundaries = shape.boundaries
    this.#counts = Array.from({ length: shape.boundaries.length + 1 }, () => 0)
  }

  record(value: number): number {
    this.isTouched = true
    this.#count++
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
    const boundaries = this.#boundaries
    let low = 0
    let high = boundaries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (value > (boundaries[middle] as number)) low = middle + 1
      else high = middle
    }
    this.#counts[low] = (this.#counts[low] as number) + 1
    return low
  }

  reset(): void {
    this.#counts.fill(0)
    this.#sum = 0
    this.#count = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
  }

  save(buffer: ValueBuffer): number {
    const counts = this.#counts
    const at = buffer.claim(SAVED_FIELDS + counts.length)
    const { values } = buffer
    values[at] = this.#count
    values[at + 1] = this.#sum
    values[at + 2] = this.#min
    values[at + 3] = this.#max
    // The engine's own copy is quick from the first call on: a collection does this for thousands in one go.
    values.set(counts, at + SAVED_FIELDS)
    return at
  }

  toPoint(
    values: Float64Array,
    at: number,
    startUnixNano: bigint,
    timeUnixNano: bigint,
    exemplars: readonly Exemplar[],
  ): HistogramPoint {
    const count = values[at] as number
    const hasMinMax = this.#shape.recordsMinMax && count > 0
    const bucketCounts: number[] = []
    const end = at + SAVED_FIELDS + this.#counts.length
    for (let place = at + SAVED_FIELDS; place < end; place++) bucketCounts.push(values[place] as number)
    return {
      attributes: this.attributes,
      startTimeUnixNano: startUnixNano,
      timeUnixNano,
      flags: 0,
      count,
      sum: this.#shape.hasSum ? values[at + 1] : undefined,
      min: hasMinMax ? values[at + 2] : undefined,
      max: hasMinMax ? values[at + 3] : undefined,
      bucketCounts,
      explicitBounds: this.#boundaries,
      exemplars,
    }
  }
}
