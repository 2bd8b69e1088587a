import { numberTypeOf } from './encode-point.ts'
import {
  jsonAttributes,
  jsonCount,
  jsonCountAlways,
  jsonDouble,
  jsonId,
  jsonInt32,
  jsonInt64,
  jsonList,
  jsonTime,
  jsonUint32,
} from './json-fields.ts'
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialHistogramPoint,
  HistogramPoint,
  NumberPoint,
  SummaryPoint,
} from './model.ts'

/** The JSON object of a `NumberDataPoint`. */
export function encodeNumberPointJson(point: NumberPoint): object {
  return { ...encodePointJson(point), ...encodeNumberJson(point), exemplars: encodeExemplarsJson(point.exemplars) }
}

/** The JSON object of a `HistogramDataPoint`. */
export function encodeHistogramPointJson(point: HistogramPoint): object {
  return {
    ...encodePointJson(point),
    ...encodeStatisticsJson(point),
    bucketCounts: jsonList(point.bucketCounts, jsonCountAlways),
    explicitBounds: jsonList(point.explicitBounds, jsonDouble),
    exemplars: encodeExemplarsJson(point.exemplars),
  }
}

/** The JSON object of an `ExponentialHistogramDataPoint`. */
export function encodeExponentialHistogramPointJson(point: ExponentialHistogramPoint): object {
  return {
    ...encodePointJson(point),
    ...encodeStatisticsJson(point),
    scale: jsonInt32(point.scale),
    zeroCount: jsonCount(point.zeroCount),
    zeroThreshold: jsonDouble(point.zeroThreshold),
    positive: encodeBucketsJson(point.positive),
    negative: encodeBucketsJson(point.negative),
    exemplars: encodeExemplarsJson(point.exemplars),
  }
}

/** The JSON object of a `SummaryDataPoint`. */
export function encodeSummaryPointJson(point: SummaryPoint): object {
  return {
    ...encodePointJson(point),
    count: jsonCount(point.count),
    sum: jsonDouble(point.sum),
    quantileValues: jsonList(point.quantileValues, ({ quantile, value }) => ({
      quantile: jsonDouble(quantile),
      value: jsonDouble(value),
    })),
  }
}

function encodePointJson(point: NumberPoint | HistogramPoint | ExponentialHistogramPoint | SummaryPoint): object {
  return {
    attributes: jsonAttributes(point.attributes),
    startTimeUnixNano: jsonTime(point.startTimeUnixNano),
    timeUnixNano: jsonTime(point.timeUnixNano),
    flags: jsonUint32(point.flags),
  }
}

function encodeStatisticsJson(point: HistogramPoint | ExponentialHistogramPoint): object {
  return {
    count: jsonCount(point.count),
    sum: point.sum === undefined ? undefined : jsonDouble(point.sum),
    min: point.min === undefined ? undefined : jsonDouble(point.min),
    max: point.max === undefined ? undefined : jsonDouble(point.max),
  }
}

function encodeNumberJson(number: Pick<NumberPoint, 'value' | 'valueType'>): object {
  const type = numberTypeOf(number)
  if (type === 'none') return {}
  return type === 'int' ? { asInt: jsonInt64(number.value) } : { asDouble: jsonDouble(Number(number.value)) }
}

function encodeExemplarsJson(exemplars: readonly Exemplar[]): unknown[] | undefined {
  return jsonList(exemplars, (exemplar) => ({
    filteredAttributes: jsonAttributes(exemplar.filteredAttributes),
    timeUnixNano: jsonTime(exemplar.timeUnixNano),
    ...encodeNumberJson(exemplar),
    traceId: jsonId(exemplar.traceId, 16),
    spanId: jsonId(exemplar.spanId, 8),
  }))
}

function encodeBucketsJson(buckets: ExponentialBuckets): object {
  return { offset: jsonInt32(buckets.offset), bucketCounts: jsonList(buckets.bucketCounts, jsonCountAlways) }
}
