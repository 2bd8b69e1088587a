import { NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeExponentialHistogramPoint } from './decode-exponential-histogram-point.ts'
import { decodeHistogramPoint } from './decode-histogram-point.ts'
import { decodeNumberPoint } from './decode-number-point.ts'
import { decodeSummaryPoint } from './decode-summary-point.ts'
import { decodeAttribute } from './decode-value.ts'
import { EXPONENTIAL_HISTOGRAM, GAUGE, HISTOGRAM, METRIC, SUM, SUMMARY, type MessageLayout } from './message-layout.ts'
import type { Metric, MetricData } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** What a metric has when its sender set no data. */
export const NO_DATA: MetricData = Object.freeze({ type: 'none' })

/** Reads a `Metric` up to `end`. Of several kinds of data the last one stays; several pieces of one kind are joined. */
export function decodeMetric(reader: ProtobufReader, end: number): Metric {
  let name = ''
  let description = ''
  let unit = ''
  let metadata = NO_ATTRIBUTES
  let data = NO_DATA
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10: // name = 1
        name = reader.text(end)
        break
      case 18: // description = 2
        description = reader.text(end)
        break
      case 26: // unit = 3
        unit = reader.text(end)
        break
      case 42: // gauge = 5
        data = decodeGauge(reader, reader.enter(end), data)
        break
      case 58: // sum = 7
        data = decodeSum(reader, reader.enter(end), data)
        break
      case 74: // histogram = 9
        data = decodeHistogram(reader, reader.enter(end), data)
        break
      case 82: // exponential_histogram = 10
        data = decodeExponentialHistogram(reader, reader.enter(end), data)
        break
      case 90: // summary = 11
        data = decodeSummary(reader, reader.enter(end), data)
        break
      case 98: // metadata = 12
        metadata = decodeAttribute(reader, end, metadata)
        break
      default:
        reader.skip(tag, end, METRIC)
    }
  }
  reader.leave(end)
  return { name, description, unit, metadata, data }
}

/** The fields of all five kinds of data: `data_points = 1`, `aggregation_temporality = 2`, `is_monotonic = 3`. */
interface PointList<T> {
  readonly points: readonly T[]
  readonly aggregationTemporality: number
  readonly isMonotonic: boolean
}

/** Adds to the points of an earlier piece rather than copying them: there can be as many pieces as points. */
function decodePoints<T>(
  reader: ProtobufReader,
  end: number,
  before: Partial<PointList<T>> | undefined,
  layout: MessageLayout,
  decodePoint: (reader: ProtobufReader, end: number) => T,
): PointList<T> {
  const points = (before?.points ?? []) as T[]
  let aggregationTemporality = before?.aggregationTemporality ?? 0
  let isMonotonic = before?.isMonotonic ?? false
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) points.push(decodePoint(reader, reader.enterItem(end)))
    else if (tag === 16 && layout[2] !== undefined) aggregationTemporality = reader.int32()
    else if (tag === 24 && layout[3] !== undefined) isMonotonic = reader.boolean()
    else reader.skip(tag, end, layout)
  }
  reader.leave(end)
  return { points, aggregationTemporality, isMonotonic }
}

function decodeGauge(reader: ProtobufReader, end: number, data: MetricData): MetricData {
  const before = data.type === 'gauge' ? data : undefined
  const { points } = decodePoints(reader, end, before, GAUGE, decodeNumberPoint)
  return { type: 'gauge', points }
}

function decodeSum(reader: ProtobufReader, end: number, data: MetricData): MetricData {
  const before = data.type === 'sum' ? data : undefined
  return { type: 'sum', ...decodePoints(reader, end, before, SUM, decodeNumberPoint) }
}

function decodeHistogram(reader: ProtobufReader, end: number, data: MetricData): MetricData {
  const before = data.type === 'histogram' ? data : undefined
  const { points, aggregationTemporality } = decodePoints(reader, end, before, HISTOGRAM, decodeHistogramPoint)
  return { type: 'histogram', points, aggregationTemporality }
}

function decodeExponentialHistogram(reader: ProtobufReader, end: number, data: MetricData): MetricData {
  const before = data.type === 'exponentialHistogram' ? data : undefined
  const decodePoint = decodeExponentialHistogramPoint
  const { points, aggregationTemporality } = decodePoints(reader, end, before, EXPONENTIAL_HISTOGRAM, decodePoint)
  return { type: 'exponentialHistogram', points, aggregationTemporality }
}

function decodeSummary(reader: ProtobufReader, end: number, data: MetricData): MetricData {
  const before = data.type === 'summary' ? data : undefined
  const { points } = decodePoints(reader, end, before, SUMMARY, decodeSummaryPoint)
  return { type: 'summary', points }
}
