import { NO_BUCKETS } from './decode-exponential-histogram-point.ts'
import { decodeAttributesJson } from './decode-value-json.ts'
import type { JsonObject, JsonReader } from './json-reader.ts'
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  NumberPoint,
  NumberType,
  SummaryPoint,
} from './model.ts'

/** Reads a `NumberDataPoint` from its JSON object. */
export function decodeNumberPointJson(reader: JsonReader, point: JsonObject): NumberPoint {
  return {
    ...decodePointJson(reader, point),
    ...decodeNumberJson(reader, point),
    exemplars: decodeExemplarsJson(reader, point),
  }
}

/** Reads a `HistogramDataPoint` from its JSON object. */
export function decodeHistogramPointJson(reader: JsonReader, point: JsonObject): HistogramPoint {
  return {
    ...decodePointJson(reader, point),
    ...decodeStatisticsJson(reader, point),
    bucketCounts: decodeCountsJson(reader, point),
    explicitBounds: reader.list(point, 'explicitBounds', (value) => reader.double({ value }, 'value')),
    exemplars: decodeExemplarsJson(reader, point),
  }
}

/** Reads an `ExponentialHistogramDataPoint` from its JSON object. */
export function decodeExponentialHistogramPointJson(reader: JsonReader, point: JsonObject): ExponentialHistogramPoint {
  return {
    ...decodePointJson(reader, point),
    ...decodeStatisticsJson(reader, point),
    scale: reader.int32(point, 'scale'),
    zeroCount: reader.uint64(point, 'zeroCount'),
    zeroThreshold: reader.double(point, 'zeroThreshold'),
    positive: reader.object(point, 'positive', decodeBucketsJson, NO_BUCKETS),
    negative: reader.object(point, 'negative', decodeBucketsJson, NO_BUCKETS),
    exemplars: decodeExemplarsJson(reader, point),
  }
}

/** Reads a `SummaryDataPoint` from its JSON object. */
export function decodeSummaryPointJson(reader: JsonReader, point: JsonObject): SummaryPoint {
  return {
    ...decodePointJson(reader, point),
    count: reader.uint64(point, 'count'),
    sum: reader.double(point, 'sum'),
    quantileValues: reader.items(point, 'quantileValues', (_, entry) => ({
      quantile: reader.double(entry, 'quantile'),
      value: reader.double(entry, 'value'),
    })),
  }
}

type PointFields = Pick<NumberPoint, 'attributes' | 'startTimeUnixNano' | 'timeUnixNano' | 'flags'>

function decodePointJson(reader: JsonReader, point: JsonObject): PointFields {
  return {
    attributes: decodeAttributesJson(reader, point, 'attributes'),
    startTimeUnixNano: reader.time(point, 'startTimeUnixNano'),
    timeUnixNano: reader.time(point, 'timeUnixNano'),
    flags: reader.uint32(point, 'flags'),
  }
}

function decodeStatisticsJson(
  reader: JsonReader,
  point: JsonObject,
): Pick<HistogramPoint, 'count' | 'sum' | 'min' | 'max'> {
  return {
    count: reader.uint64(point, 'count'),
    sum: reader.optionalDouble(point, 'sum'),
    min: reader.optionalDouble(point, 'min'),
    max: reader.optionalDouble(point, 'max'),
  }
}

function decodeNumberJson(reader: JsonReader, object: JsonObject): { value: number | bigint; valueType: NumberType } {
  if ((object['asInt'] ?? undefined) !== undefined) return { value: reader.int64(object, 'asInt'), valueType: 'int' }
  if (object['asDouble'] !== undefined) return { value: reader.double(object, 'asDouble'), valueType: 'double' }
  return { value: Number.NaN, valueType: 'none' }
}

function decodeExemplarsJson(reader: JsonReader, point: JsonObject): readonly Exemplar[] {
  return reader.items(point, 'exemplars', decodeExemplarJson)
}

function decodeExemplarJson(reader: JsonReader, exemplar: JsonObject): Exemplar {
  return {
    filteredAttributes: decodeAttributesJson(reader, exemplar, 'filteredAttributes'),
    timeUnixNano: reader.time(exemplar, 'timeUnixNano'),
    ...decodeNumberJson(reader, exemplar),
    traceId: reader.id(exemplar, 'traceId', 16),
    spanId: reader.id(exemplar, 'spanId', 8),
  }
}

function decodeBucketsJson(reader: JsonReader, buckets: JsonObject): ExponentialBuckets {
  return { offset: reader.int32(buckets, 'offset'), bucketCounts: decodeCountsJson(reader, buckets) }
}

function decodeCountsJson(reader: JsonReader, parent: JsonObject): readonly number[] {
  return reader.list(parent, 'bucketCounts', (value) => reader.uint64({ value }, 'value'))
}
