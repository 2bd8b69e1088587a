import { EMPTY_LIST, NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeAttribute } from './decode-value.ts'
import { EXEMPLAR, NUMBER_POINT } from './message-layout.ts'
import type { Exemplar, NumberPoint, NumberType } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** Reads a `NumberDataPoint` up to `end`. */
export function decodeNumberPoint(reader: ProtobufReader, end: number): NumberPoint {
  let attributes = NO_ATTRIBUTES
  let startTimeUnixNano = 0n
  let timeUnixNano = 0n
  let value: number | bigint = Number.NaN
  let valueType: NumberType = 'none'
  let exemplars: Exemplar[] | undefined
  let flags = 0
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 17: // start_time_unix_nano = 2
        startTimeUnixNano = reader.time()
        break
      case 25: // time_unix_nano = 3
        timeUnixNano = reader.time()
        break
      case 33: // as_double = 4
        value = reader.double()
        valueType = 'double'
        break
      case 42: // exemplars = 5
        exemplars ??= []
        exemplars.push(decodeExemplar(reader, reader.enterItem(end)))
        break
      case 49: // as_int = 6
        value = reader.sfixed64()
        valueType = 'int'
        break
      case 58: // attributes = 7
        attributes = decodeAttribute(reader, end, attributes)
        break
      case 64: // flags = 8
        flags = reader.uint32()
        break
      default:
        reader.skip(tag, end, NUMBER_POINT)
    }
  }
  reader.leave(end)
  return {
    attributes,
    startTimeUnixNano,
    timeUnixNano,
    flags,
    value,
    valueType,
    exemplars: exemplars ?? EMPTY_LIST,
  }
}

/** Reads an `Exemplar` up to `end`. */
export function decodeExemplar(reader: ProtobufReader, end: number): Exemplar {
  let filteredAttributes = NO_ATTRIBUTES
  let timeUnixNano = 0n
  let value: number | bigint = Number.NaN
  let valueType: NumberType = 'none'
  let traceId = ''
  let spanId = ''
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 17: // time_unix_nano = 2
        timeUnixNano = reader.time()
        break
      case 25: // as_double = 3
        value = reader.double()
        valueType = 'double'
        break
      case 34: // span_id = 4
        spanId = reader.id(end, 8)
        break
      case 42: // trace_id = 5
        traceId = reader.id(end, 16)
        break
      case 49: // as_int = 6
        value = reader.sfixed64()
        valueType = 'int'
        break
      case 58: // filtered_attributes = 7
        filteredAttributes = decodeAttribute(reader, end, filteredAttributes)
        break
      default:
        reader.skip(tag, end, EXEMPLAR)
    }
  }
  reader.leave(end)
  return { filteredAttributes, timeUnixNano, value, valueType, traceId, spanId }
}
