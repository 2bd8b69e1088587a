import {
  encodeExponentialHistogramPoint,
  encodeHistogramPoint,
  encodeNumberPoint,
  encodeSummaryPoint,
} from './encode-point.ts'
import { encodeAttributes } from './encode-value.ts'
import type { Metric, MetricData } from './model.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** The tag of each kind of data in a `Metric`. */
const DATA_TAGS = { gauge: 42, sum: 58, histogram: 74, exponentialHistogram: 82, summary: 90 } as const

/** Writes the fields of a `Metric`. Tags: see `decode-metric.ts`. */
export function encodeMetric(writer: ProtobufWriter, metric: Metric): void {
  writer.text(10, metric.name)
  writer.text(18, metric.description)
  writer.text(26, metric.unit)
  if (metric.data.type !== 'none') {
    const start = writer.open(DATA_TAGS[metric.data.type])
    encodeData(writer, metric.data)
    writer.close(start)
  }
  encodeAttributes(writer, 98, metric.metadata)
}

function encodeData(writer: ProtobufWriter, data: Exclude<MetricData, { type: 'none' }>): void {
  switch (data.type) {
    case 'gauge':
      encodePoints(writer, data.points, encodeNumberPoint)
      break
    case 'sum':
      encodePoints(writer, data.points, encodeNumberPoint)
      writer.int32(16, data.aggregationTemporality)
      writer.boolean(24, data.isMonotonic)
      break
    case 'histogram':
      encodePoints(writer, data.points, encodeHistogramPoint)
      writer.int32(16, data.aggregationTemporality)
      break
    case 'exponentialHistogram':
      encodePoints(writer, data.points, encodeExponentialHistogramPoint)
      writer.int32(16, data.aggregationTemporality)
      break
    case 'summary':
      encodePoints(writer, data.points, encodeSummaryPoint)
      break
  }
}

function encodePoints<T>(
  writer: ProtobufWriter,
  points: readonly T[],
  encodePoint: (writer: ProtobufWriter, point: T) => void,
): void {
  for (const point of points) {
    const start = writer.open(10)
    encodePoint(writer, point)
    writer.close(start)
  }
}
