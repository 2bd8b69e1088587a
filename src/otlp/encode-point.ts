import { isIntegerOnWire } from './encodable.ts'
import { encodeAttributes } from './encode-value.ts'
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  NumberPoint,
  NumberType,
  SummaryPoint,
} from './model.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** A number, and which field it came in, if that is known. */
interface TypedNumber {
  readonly value: number | bigint
  readonly valueType?: NumberType
}

/** The field that holds a number: see {@link NumberType}. */
export function numberTypeOf({ value, valueType }: TypedNumber): NumberType {
  if (valueType !== undefined) return valueType
  return typeof value === 'bigint' || isIntegerOnWire(value) ? 'int' : 'double'
}

/** Writes the fields of a `NumberDataPoint`. Tags: see `decode-number-point.ts`. */
export function encodeNumberPoint(writer: ProtobufWriter, point: NumberPoint): void {
  writer.time(17, point.startTimeUnixNano)
  writer.time(25, point.timeUnixNano)
  encodeNumber(writer, point, { doubleTag: 33, intTag: 49 })
  encodeExemplars(writer, 42, point.exemplars)
  encodeAttributes(writer, 58, point.attributes)
  writer.uint32(64, point.flags)
}

/** Writes the fields of a `HistogramDataPoint`. Tags: see `decode-histogram-point.ts`. */
export function encodeHistogramPoint(writer: ProtobufWriter, point: HistogramPoint): void {
  writer.time(17, point.startTimeUnixNano)
  writer.time(25, point.timeUnixNano)
  writer.fixed64(33, point.count)
  if (point.sum !== undefined) writer.doubleAlways(41, point.sum)
  writer.packedFixed64(50, point.bucketCounts)
  writer.packedDouble(58, point.explicitBounds)
  encodeExemplars(writer, 66, point.exemplars)
  encodeAttributes(writer, 74, point.attributes)
  writer.uint32(80, point.flags)
  if (point.min !== undefined) writer.doubleAlways(89, point.min)
  if (point.max !== undefined) writer.doubleAlways(97, point.max)
}

/** Writes the fields of an `ExponentialHistogramDataPoint`. Tags: see `decode-exponential-histogram-point.ts`. */
export function encodeExponentialHistogramPoint(writer: ProtobufWriter, point: ExponentialHistogramPoint): void {
  encodeAttributes(writer, 10, point.attributes)
  writer.time(17, point.startTimeUnixNano)
  writer.time(25, point.timeUnixNano)
  writer.fixed64(33, point.count)
  if (point.sum !== undefined) writer.doubleAlways(41, point.sum)
  writer.sint32(48, point.scale)
  writer.fixed64(57, point.zeroCount)
  encodeBuckets(writer, 66, point.positive)
  encodeBuckets(writer, 74, point.negative)
  writer.uint32(80, point.flags)
  encodeExemplars(writer, 90, point.exemplars)
  if (point.min !== undefined) writer.doubleAlways(97, point.min)
  if (point.max !== undefined) writer.doubleAlways(105, point.max)
  writer.double(113, point.zeroThreshold)
}

/** Writes the fields of a `SummaryDataPoint`. Tags: see `decode-summary-point.ts`. */
export function encodeSummaryPoint(writer: ProtobufWriter, point: SummaryPoint): void {
  writer.time(17, point.startTimeUnixNano)
  writer.time(25, point.timeUnixNano)
  writer.fixed64(33, point.count)
  writer.double(41, point.sum)
  for (const { quantile, value } of point.quantileValues) {
    const start = writer.open(50)
    writer.double(9, quantile)
    writer.double(17, value)
    writer.close(start)
  }
  encodeAttributes(writer, 58, point.attributes)
  writer.uint32(64, point.flags)
}

function encodeNumber(
  writer: ProtobufWriter,
  number: TypedNumber,
  { doubleTag, intTag }: { readonly doubleTag: number; readonly intTag: number },
): void {
  const type = numberTypeOf(number)
  if (type === 'int') writer.sfixed64Always(intTag, number.value)
  else if (type === 'double') writer.doubleAlways(doubleTag, Number(number.value))
}

function encodeExemplars(writer: ProtobufWriter, tag: number, exemplars: readonly Exemplar[]): void {
  for (const exemplar of exemplars) {
    const start = writer.open(tag)
    writer.time(17, exemplar.timeUnixNano)
    encodeNumber(writer, exemplar, { doubleTag: 25, intTag: 49 })
    writer.id(34, exemplar.spanId, 8)
    writer.id(42, exemplar.traceId, 16)
    encodeAttributes(writer, 58, exemplar.filteredAttributes)
    writer.close(start)
  }
}

function encodeBuckets(writer: ProtobufWriter, tag: number, buckets: ExponentialBuckets): void {
  if (buckets.offset === 0 && buckets.bucketCounts.length === 0) return
  const start = writer.open(tag)
  writer.sint32(8, buckets.offset)
  writer.packedUint64(18, buckets.bucketCounts)
  writer.close(start)
}
