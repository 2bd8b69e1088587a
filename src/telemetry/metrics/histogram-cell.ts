import type { Exemplar, HistogramPoint } from '../../otlp/model.ts'
import { Cell } from './cell.ts'
import type { SeriesIdentity } from './series-attributes.ts'

export interface HistogramShape {
  /** Sorted upper bounds, each of them inclusive. */
  readonly boundaries: readonly number[]
  readonly recordsMinMax: boolean
  /** Of instruments that may be negative a sum means nothing. */
  readonly hasSum: boolean
}

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

  toPoint(startUnixNano: bigint, timeUnixNano: bigint, exemplars: readonly Exemplar[]): HistogramPoint {
    const hasMinMax = this.#shape.recordsMinMax && this.#count > 0
    return {
      attributes: this.attributes,
      startTimeUnixNano: startUnixNano,
      timeUnixNano,
      flags: 0,
      count: this.#count,
      sum: this.#shape.hasSum ? this.#sum : undefined,
      min: hasMinMax ? this.#min : undefined,
      max: hasMinMax ? this.#max : undefined,
      bucketCounts: this.#counts.slice(),
      explicitBounds: this.#boundaries,
      exemplars,
    }
  }
}
