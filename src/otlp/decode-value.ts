import { createAttributeBag, EMPTY_LIST, NO_ATTRIBUTES, type AttributeBag } from './attribute-bag.ts'
import { MAX_VALUE_DEPTH } from './limits.ts'
import { ANY_VALUE, KEY_VALUE, VALUE_LIST } from './message-layout.ts'
import type { Attributes, AttributeValue } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/*
 * `before` is what an earlier field of the same number held: protobuf merges a message that comes in several pieces,
 * which here means that lists and maps go on, and of scalars the last one stays.
 * https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */

/** Reads a `KeyValue` field into `before` (or a new object, when there was none yet), which it returns. */
export function decodeAttribute(reader: ProtobufReader, end: number, before: Attributes, depth = 0): Attributes {
  const bag = before === NO_ATTRIBUTES ? createAttributeBag() : (before as AttributeBag)
  const entryEnd = reader.enterValue(end)
  let key = ''
  let value: AttributeValue = null
  while (reader.position < entryEnd) {
    const tag = reader.tag()
    if (tag === 10) key = reader.text(entryEnd)
    else if (tag === 18) value = decodeAnyValue(reader, reader.enter(entryEnd), value, depth)
    else reader.skip(tag, entryEnd, KEY_VALUE)
  }
  reader.leave(entryEnd)
  bag[key] = value
  return bag
}

/** Reads an `AnyValue` up to `end`. */
export function decodeAnyValue(
  reader: ProtobufReader,
  end: number,
  before: AttributeValue = null,
  depth = 0,
): AttributeValue {
  let value = before
  while (reader.position < end) {
    const tag = reader.tag()
    switch (tag) {
      case 10: // string_value = 1
        value = reader.text(end)
        break
      case 16: // bool_value = 2
        value = reader.boolean()
        break
      case 24: // int_value = 3
        value = reader.int64()
        break
      case 33: // double_value = 4
        value = reader.double()
        break
      case 42: // array_value = 5
        value = decodeList(reader, end, Array.isArray(value) ? value : EMPTY_LIST, depth + 1)
        break
      case 50: // kvlist_value = 6
        value = decodeMap(reader, end, isMap(value) ? value : NO_ATTRIBUTES, depth + 1)
        break
      case 58: // bytes_value = 7
        value = reader.bytes(end)
        break
      default:
        reader.skip(tag, end, ANY_VALUE)
    }
  }
  reader.leave(end)
  return value
}

function decodeList(
  reader: ProtobufReader,
  end: number,
  before: readonly AttributeValue[],
  depth: number,
): readonly AttributeValue[] {
  const listEnd = enterLevel(reader, end, depth)
  const list = before === EMPTY_LIST ? [] : (before as AttributeValue[])
  while (reader.position < listEnd) {
    const tag = reader.tag()
    if (tag === 10) list.push(decodeAnyValue(reader, reader.enterValue(listEnd), null, depth))
    else reader.skip(tag, listEnd, VALUE_LIST)
  }
  reader.leave(listEnd)
  return list.length === 0 ? EMPTY_LIST : list
}

function decodeMap(reader: ProtobufReader, end: number, before: Attributes, depth: number): Attributes {
  const mapEnd = enterLevel(reader, end, depth)
  let map = before
  while (reader.position < mapEnd) {
    const tag = reader.tag()
    if (tag === 10) map = decodeAttribute(reader, mapEnd, map, depth)
    else reader.skip(tag, mapEnd, VALUE_LIST)
  }
  reader.leave(mapEnd)
  return map
}

function enterLevel(reader: ProtobufReader, end: number, depth: number): number {
  if (depth > MAX_VALUE_DEPTH) reader.fail(`a value nested more than ${MAX_VALUE_DEPTH} levels deep`)
  return reader.enter(end)
}

function isMap(value: AttributeValue): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}
