import { EMPTY_LIST, NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeExemplar } from './decode-number-point.ts'
import { decodeAttribute } from './decode-value.ts'
import { HISTOGRAM_POINT } from './message-layout.ts'
import type { Exemplar, HistogramPoint } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** Reads a `HistogramDataPoint` up to `end`. */
export function decodeHistogramPoint(reader: ProtobufReader, end: number): HistogramPoint {
  let attributes = NO_ATTRIBUTES
  let startTimeUnixNano = 0n
  let timeUnixNano = 0n
  let flags = 0
  let count = 0
  let sum: number | undefined
  let min: number | undefined
  let max: number | undefined
  const bucketCounts: number[] = []
  const explicitBounds: number[] = []
  let exemplars: Exemplar[] | undefined
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
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
      case 49: // bucket_counts = 6, one by one
        bucketCounts.push(reader.fixed64())
        break
      case 50: {
        // bucket_counts = 6, packed
        const listEnd = reader.enter(end)
        while (reader.position < listEnd) bucketCounts.push(reader.fixed64())
        reader.leave(listEnd)
        break
      }
      case 57: // explicit_bounds = 7, one by one
        explicitBounds.push(reader.double())
        break
      case 58: {
        // explicit_bounds = 7, packed
        const listEnd = reader.enter(end)
        while (reader.position < listEnd) explicitBounds.push(reader.double())
        reader.leave(listEnd)
        break
      }
      case 66: // exemplars = 8
        exemplars ??= []
        exemplars.push(decodeExemplar(reader, reader.enterItem(end)))
        break
      case 74: // attributes = 9
        attributes = decodeAttribute(reader, end, attributes)
        break
      case 80: // flags = 10
        flags = reader.uint32()
        break
      case 89: // min = 11
        min = reader.double()
        break
      case 97: // max = 12
        max = reader.double()
        break
      default:
        reader.skip(tag, end, HISTOGRAM_POINT)
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
    bucketCounts,
    explicitBounds,
    exemplars: exemplars ?? EMPTY_LIST,
  }
}
