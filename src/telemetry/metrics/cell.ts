import type { Attributes, Exemplar, ExponentialHistogramPoint, HistogramPoint, NumberPoint } from '../../otlp/model.ts'
import type { ExemplarReservoir } from './exemplar-reservoir.ts'
import type { SeriesIdentity } from './series-attributes.ts'
import type { ValueBuffer } from './value-buffer.ts'

export type MetricPoint = NumberPoint | HistogramPoint | ExponentialHistogramPoint

/** The state of one series in one stream. */
export abstract class Cell<P extends MetricPoint = MetricPoint> {
  readonly key: string
  readonly attributes: Attributes
  /** When it began; with delta temporality only until its first collection. */
  readonly startUnixNano: bigint
  /** Whether anything was recorded: ever, or with delta temporality since the latest collection. */
  isTouched = false
  /** Whether a bound instrument holds it: then it has its place in the stream for good. */
  isPinned = false
  exemplars: ExemplarReservoir | undefined = undefined

  constructor(identity: SeriesIdentity, startUnixNano: bigint) {
    this.key = identity.key
    this.attributes = identity.attributes
    this.startUnixNano = startUnixNano
  }

  /** @returns the bucket that it fell into, where there are buckets */
  abstract record(value: number): number

  /** Back to the state of a new cell. */
  abstract reset(): void

  /** Writes down what there is now. @returns where: {@link toPoint} wants to know */
  abstract save(buffer: ValueBuffer): number

  /** Makes a point of what was written down. */
  abstract toPoint(
    values: Float64Array,
    at: number,
    startUnixNano: bigint,
    timeUnixNano: bigint,
    exemplars: readonly Exemplar[],
  ): P
}
