import { createAttributeBag, NO_ATTRIBUTES } from './attribute-bag.ts'
import type { JsonObject, JsonReader } from './json-reader.ts'
import { MAX_VALUE_DEPTH } from './limits.ts'
import type { Attributes, AttributeValue } from './model.ts'

/** Reads a list of `KeyValue` objects. */
export function decodeAttributesJson(reader: JsonReader, parent: JsonObject, name: string, depth = 0): Attributes {
  if ((parent[name] ?? undefined) === undefined) return NO_ATTRIBUTES
  const bag = createAttributeBag()
  const entries = reader.values(parent, name, (value) => {
    const entry = reader.expectObject(value)
    const key = reader.text(entry, 'key')
    bag[key] = reader.object(entry, 'value', (_, object) => decodeAnyValueJson(reader, object, depth), null)
  })
  return entries.length === 0 ? NO_ATTRIBUTES : bag
}

/** Reads an `AnyValue`. Of several fields, of which there should be one, the last one stays. */
export function decodeAnyValueJson(reader: JsonReader, object: JsonObject, depth = 0): AttributeValue {
  let value: AttributeValue = null
  for (const name of Object.keys(object)) {
    if (object[name] === null && name !== 'doubleValue') continue
    switch (name) {
      case 'stringValue':
        value = reader.text(object, name)
        break
      case 'boolValue':
        value = reader.boolean(object, name)
        break
      case 'intValue':
        value = reader.int64(object, name)
        break
      case 'doubleValue':
        value = reader.double(object, name)
        break
      case 'bytesValue':
        value = reader.bytes(object, name)
        break
      case 'arrayValue':
        value = reader.object(object, name, (_, inner) => decodeListJson(reader, inner, depth + 1), null)
        break
      case 'kvlistValue':
        value = reader.object(object, name, (_, inner) => decodeMapJson(reader, inner, depth + 1), null)
        break
      default: // a field of a newer version, or none of ours
    }
  }
  return value
}

function decodeListJson(reader: JsonReader, object: JsonObject, depth: number): readonly AttributeValue[] {
  checkDepth(reader, depth)
  return reader.values(object, 'values', (value) => decodeAnyValueJson(reader, reader.expectObject(value), depth))
}

function decodeMapJson(reader: JsonReader, object: JsonObject, depth: number): Attributes {
  checkDepth(reader, depth)
  return decodeAttributesJson(reader, object, 'values', depth)
}

function checkDepth(reader: JsonReader, depth: number): void {
  if (depth > MAX_VALUE_DEPTH) reader.fail(`a value nested more than ${MAX_VALUE_DEPTH} levels deep`)
}
