import { NO_ATTRIBUTES } from '../../otlp/attribute-bag.ts'
import { type Metric, TEMPORALITY } from '../../otlp/model.ts'
import { type Aggregation, toMetricData } from './aggregation.ts'
import type { MetricPoint } from './cell.ts'

/** The series of one stream at one moment. What is recorded from then on does not show in them. */
export interface SeriesSnapshot {
  readonly count: number
  /** Makes points of some of them: the same ones whenever it is asked. */
  points(start: number, end: number): readonly MetricPoint[]
}

/** One metric as it was at one moment. Its points are made when they are read, so that whoever reads can take turns. */
export interface CollectedMetric {
  /** Without points. */
  readonly head: Metric
  readonly count: number
  /** The metric with some of its points. */
  slice(start: number, end: number): Metric
}

export interface StreamHead {
  readonly name: string
  readonly description: string
  readonly unit: string
}

/** What a stream of ours has. */
export class StreamMetric implements CollectedMetric {
  readonly #head: StreamHead
  readonly #aggregation: Aggregation
  readonly #temporality: number
  readonly #series: SeriesSnapshot

  constructor(
    { name, description, unit }: StreamHead,
    aggregation: Aggregation,
    isDelta: boolean,
    series: SeriesSnapshot,
  ) {
    this.#head = { name, description, unit }
    this.#aggregation = aggregation
    this.#temporality = isDelta ? TEMPORALITY.delta : TEMPORALITY.cumulative
    this.#series = series
  }

  get head(): Metric {
    return this.#with([])
  }

  get count(): number {
    return this.#series.count
  }

  slice(start: number, end: number): Metric {
    return this.#with(this.#series.points(start, end))
  }

  #with(points: readonly MetricPoint[]): Metric {
    const { name, description, unit } = this.#head
    const data = toMetricData(this.#aggregation, points, this.#temporality)
    return { name, description, unit, metadata: NO_ATTRIBUTES, data }
  }
}
