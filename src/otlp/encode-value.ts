import { isIntegerOnWire } from './encodable.ts'
import { MAX_VALUE_DEPTH } from './limits.ts'
import type { Attributes, AttributeValue } from './model.ts'
import { notEncodable } from './not-encodable.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** Writes attributes as `KeyValue` fields. */
export function encodeAttributes(writer: ProtobufWriter, tag: number, attributes: Attributes, depth = 0): void {
  for (const key of Object.keys(attributes)) {
    const start = writer.open(tag)
    writer.text(10, key)
    encodeAnyValue(writer, 18, attributes[key] ?? null, depth)
    writer.close(start)
  }
}

/** Writes an `AnyValue` field. `null` is a value that is there and empty. */
export function encodeAnyValue(writer: ProtobufWriter, tag: number, value: AttributeValue, depth = 0): void {
  const start = writer.open(tag)
  switch (typeof value) {
    case 'string':
      writer.textAlways(10, value)
      break
    case 'boolean':
      writer.booleanAlways(16, value)
      break
    case 'bigint':
      writer.int64Always(24, value)
      break
    case 'number':
      if (isIntegerOnWire(value)) writer.int64Always(24, value)
      else writer.doubleAlways(33, value)
      break
    case 'object':
      if (value !== null) encodeObject(writer, value, depth + 1)
      break
    case 'undefined':
    case 'function':
    case 'symbol':
      throw notEncodable(`a ${typeof value} as an attribute value`)
  }
  writer.close(start)
}

function encodeObject(writer: ProtobufWriter, value: AttributeValue & object, depth: number): void {
  if (value instanceof Uint8Array) return writer.bytesAlways(58, value)
  if (depth > MAX_VALUE_DEPTH) throw notEncodable(`a value nested more than ${MAX_VALUE_DEPTH} levels deep`)
  if (Array.isArray(value)) {
    const start = writer.open(42)
    for (const element of value as readonly AttributeValue[]) encodeAnyValue(writer, 10, element, depth)
    writer.close(start)
  } else {
    const start = writer.open(50)
    encodeAttributes(writer, 10, value as Attributes, depth)
    writer.close(start)
  }
}
