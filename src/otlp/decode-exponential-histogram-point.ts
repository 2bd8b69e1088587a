import { EMPTY_LIST, NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeExemplar } from './decode-number-point.ts'
import { decodeAttribute } from './decode-value.ts'
import { BUCKETS, EXPONENTIAL_HISTOGRAM_POINT } from './message-layout.ts'
import type { Exemplar, ExponentialBuckets, ExponentialHistogramPoint } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** What a side of an exponential histogram has when its sender set none. */
export const NO_BUCKETS: ExponentialBuckets = Object.freeze({ offset: 0, bucketCounts: EMPTY_LIST })

/** Reads an `ExponentialHistogramDataPoint` up to `end`. */
export function decodeExponentialHistogramPoint(reader: ProtobufReader, end: number): ExponentialHistogramPoint {
  let attributes = NO_ATTRIBUTES
  let startTimeUnixNano = 0n
  let timeUnixNano = 0n
  let flags = 0
  let count = 0
  let sum: number | undefined
  let min: number | undefined
  let max: number | undefined
  let scale = 0
  let zeroCount = 0
  let zeroThreshold = 0
  let positive = NO_BUCKETS
  let negative = NO_BUCKETS
  let exemplars: Exemplar[] | undefined
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10: // attributes = 1
        attributes = decodeAttribute(reader, end, attributes)
        break
      case 17: // start_time_unix_nano = 2
        startTimeUnixNano = reader.time()
        break
      case 25: // time_unix_nano = 3
        timeUnixNano = reader.time()
        break
      case 33: // count = 4
        count = reader.fixed64()
        break
      case 41: // sum = 5
        sum = reader.double()
        break
      case 48: // scale = 6
        scale = reader.sint32()
        break
      case 57: // zero_count = 7
        zeroCount = reader.fixed64()
        break
      case 66: // positive = 8
        positive = decodeBuckets(reader, reader.enter(end), positive)
        break
      case 74: // negative = 9
        negative = decodeBuckets(reader, reader.enter(end), negative)
        break
      case 80: // flags = 10
        flags = reader.uint32()
        break
      case 90: // exemplars = 11
        exemplars ??= []
        exemplars.push(decodeExemplar(reader, reader.enterItem(end)))
        break
      case 97: // min = 12
        min = reader.double()
        break
      case 105: // max = 13
        max = reader.double()
        break
      case 113: // zero_threshold = 14
        zeroThreshold = reader.double()
        break
      default:
        reader.skip(tag, end, EXPONENTIAL_HISTOGRAM_POINT)
    }
  }
  reader.leave(end)
  return {
    attributes,
    startTimeUnixNano,
    timeUnixNano,
    flags,
    count,
    sum,
    min,
    max,
    scale,
    zeroCount,
    zeroThreshold,
    positive,
    negative,
    exemplars: exemplars ?? EMPTY_LIST,
  }
}

function decodeBuckets(reader: ProtobufReader, end: number, before: ExponentialBuckets): ExponentialBuckets {
  let { offset } = before
  // Goes on in the list of an earlier piece: there can be as many pieces as counts.
  const bucketCounts = before === NO_BUCKETS ? [] : (before.bucketCounts as number[])
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 8) {
      offset = reader.sint32()
    } else if (tag === 16) {
      bucketCounts.push(reader.listedUint64())
    } else if (tag === 18) {
      const listEnd = reader.enter(end)
      while (reader.position < listEnd) bucketCounts.push(reader.listedUint64())
      reader.leave(listEnd)
    } else {
      reader.skip(tag, end, BUCKETS)
    }
  }
  reader.leave(end)
  return { offset, bucketCounts }
}
