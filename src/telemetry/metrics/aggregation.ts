import type {
  ExponentialHistogramPoint,
  HistogramPoint,
  MetricData,
  NumberPoint,
  NumberType,
} from '../../otlp/model.ts'
import type { Cell, MetricPoint } from './cell.ts'
import { ExemplarReservoir } from './exemplar-reservoir.ts'
import { ExponentialHistogramCell, type ExponentialShape } from './exponential-histogram-cell.ts'
import { HistogramCell, type HistogramShape } from './histogram-cell.ts'
import { LastValueCell, SumCell } from './number-cells.ts'
import type { SeriesIdentity } from './series-attributes.ts'

/** Reservoirs of exponential histograms are no larger, as the specification says. */
const MAX_EXPONENTIAL_EXEMPLARS = 20

/** What becomes of the measurements of one stream. */
export type Aggregation =
  | { readonly kind: 'sum'; readonly isMonotonic: boolean; readonly valueType: NumberType }
  | { readonly kind: 'lastValue'; readonly valueType: NumberType }
  | { readonly kind: 'explicitHistogram'; readonly shape: HistogramShape; readonly valueType: NumberType }
  | { readonly kind: 'exponentialHistogram'; readonly shape: ExponentialShape; readonly valueType: NumberType }

export function createCell(aggregation: Aggregation, identity: SeriesIdentity, startUnixNano: bigint): Cell {
  switch (aggregation.kind) {
    case 'sum':
      return new SumCell(identity, startUnixNano, aggregation.valueType)
    case 'lastValue':
      return new LastValueCell(identity, startUnixNano, aggregation.valueType)
    case 'explicitHistogram':
      return new HistogramCell(identity, startUnixNano, aggregation.shape)
    case 'exponentialHistogram':
      return new ExponentialHistogramCell(identity, startUnixNano, aggregation.shape)
  }
}

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#exemplar-defaults */
export function createReservoir(aggregation: Aggregation): ExemplarReservoir {
  switch (aggregation.kind) {
    case 'sum':
    case 'lastValue':
      return new ExemplarReservoir(1, { isAligned: false })
    case 'explicitHistogram':
      return new ExemplarReservoir(aggregation.shape.boundaries.length + 1, { isAligned: true })
    case 'exponentialHistogram':
      return new ExemplarReservoir(Math.min(MAX_EXPONENTIAL_EXEMPLARS, aggregation.shape.maxSize), { isAligned: false })
  }
}

/** Puts the points of one stream together. They must be of its own cells. */
export function toMetricData(
  aggregation: Aggregation,
  points: readonly MetricPoint[],
  aggregationTemporality: number,
): MetricData {
  switch (aggregation.kind) {
    case 'sum':
      return {
        type: 'sum',
        points: points as readonly NumberPoint[],
        aggregationTemporality,
        isMonotonic: aggregation.isMonotonic,
      }
    case 'lastValue':
      return { type: 'gauge', points: points as readonly NumberPoint[] }
    case 'explicitHistogram':
      return { type: 'histogram', points: points as readonly HistogramPoint[], aggregationTemporality }
    case 'exponentialHistogram':
      return {
        type: 'exponentialHistogram',
        points: points as readonly ExponentialHistogramPoint[],
        aggregationTemporality,
      }
  }
}
