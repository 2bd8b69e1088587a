import type { Aggregation } from './aggregation.ts'
import { type CollectedMetric, StreamMetric } from './collected-metric.ts'
import { ObservedStorage } from './observed-storage.ts'
import type { SeriesStorage } from './series-storage.ts'
import type { ValueBuffer } from './value-buffer.ts'

export interface MetricStreamOptions {
  readonly name: string
  readonly description: string
  readonly unit: string
  readonly aggregation: Aggregation
  readonly isDelta: boolean
  readonly storage: SeriesStorage | ObservedStorage
}

/** One metric as one or more readers get it. */
export class MetricStream {
  readonly name: string
  readonly unit: string
  readonly storage: SeriesStorage | ObservedStorage
  /** The longest that was given for it. */
  description: string
  /** The places of its readers in the list of the provider. */
  readonly readers = new Set<number>()
  readonly #aggregation: Aggregation
  readonly #isDelta: boolean

  constructor(options: MetricStreamOptions) {
    this.name = options.name
    this.unit = options.unit
    this.description = options.description
    this.storage = options.storage
    this.#aggregation = options.aggregation
    this.#isDelta = options.isDelta
  }

  /** What is there now, all of one moment, with its numbers in `buffer`; `undefined` when there is nothing. */
  collect(timeUnixNano: bigint, exemplarsSinceUnixMs: number, buffer: ValueBuffer): CollectedMetric | undefined {
    const { storage } = this
    const series =
      storage instanceof ObservedStorage
        ? storage.collect(timeUnixNano, buffer)
        : storage.collect(timeUnixNano, exemplarsSinceUnixMs, buffer)
    return series.count === 0 ? undefined : new StreamMetric(this, this.#aggregation, this.#isDelta, series)
  }
}
