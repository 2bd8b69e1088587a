import { type Metric, TEMPORALITY } from '../../otlp/model.ts'
import { NO_ATTRIBUTES } from '../../otlp/attribute-bag.ts'
import { type Aggregation, toMetricData } from './aggregation.ts'
import type { MetricPoint } from './cell.ts'
import { ObservedStorage } from './observed-storage.ts'
import type { SeriesStorage } from './series-storage.ts'

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

  /** What is there now, all of one moment; `undefined` when there is nothing. */
  collect(timeUnixNano: bigint, exemplarsSinceUnixMs: number): Metric | undefined {
    const { storage } = this
    const points: readonly MetricPoint[] =
      storage instanceof ObservedStorage
        ? storage.collect(timeUnixNano)
        : storage.collect(timeUnixNano, exemplarsSinceUnixMs)
    if (points.length === 0) return undefined
    const temporality = this.#isDelta ? TEMPORALITY.delta : TEMPORALITY.cumulative
    return {
      name: this.name,
      description: this.description,
      unit: this.unit,
      metadata: NO_ATTRIBUTES,
      data: toMetricData(this.#aggregation, points, temporality),
    }
  }
}
