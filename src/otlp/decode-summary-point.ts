import { EMPTY_LIST, NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeAttribute } from './decode-value.ts'
import { QUANTILE, SUMMARY_POINT } from './message-layout.ts'
import type { SummaryPoint } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

type Quantile = SummaryPoint['quantileValues'][number]

/** Reads a `SummaryDataPoint` up to `end`. */
export function decodeSummaryPoint(reader: ProtobufReader, end: number): SummaryPoint {
  let attributes = NO_ATTRIBUTES
  let startTimeUnixNano = 0n
  let timeUnixNano = 0n
  let flags = 0
  let count = 0
  let sum = 0
  let quantileValues: Quantile[] | undefined
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
      case 50: // quantile_values = 6
        quantileValues ??= []
        quantileValues.push(decodeQuantile(reader, reader.enterItem(end)))
        break
      case 58: // attributes = 7
        attributes = decodeAttribute(reader, end, attributes)
        break
      case 64: // flags = 8
        flags = reader.uint32()
        break
      default:
        reader.skip(tag, end, SUMMARY_POINT)
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
    quantileValues: quantileValues ?? EMPTY_LIST,
  }
}

function decodeQuantile(reader: ProtobufReader, end: number): Quantile {
  let quantile = 0
  let value = 0
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 9) quantile = reader.double()
    else if (tag === 17) value = reader.double()
    else reader.skip(tag, end, QUANTILE)
  }
  reader.leave(end)
  return { quantile, value }
}
