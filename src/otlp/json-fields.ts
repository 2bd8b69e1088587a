import { Buffer } from 'node:buffer'
import { checkCount, checkId, checkInteger, checkTime, isIntegerOnWire, toInt64 } from './encodable.ts'
import { MAX_VALUE_DEPTH } from './limits.ts'
import type { Attributes, AttributeValue } from './model.ts'
import { notEncodable } from './not-encodable.ts'

/*
 * Values as the JSON form of OTLP writes them. `undefined` means that the field is left out, which every default value
 * is. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */

export function jsonText(value: string): string | undefined {
  return value === '' ? undefined : value.toWellFormed()
}

export function jsonId(value: string, byteLength: 8 | 16): string | undefined {
  return checkId(value, byteLength) === '' ? undefined : value
}

export function jsonUint32(value: number): number | undefined {
  return checkInteger(value, 0, 2 ** 32 - 1) === 0 ? undefined : value
}

/** Also enums, which are integers here. */
export function jsonInt32(value: number): number | undefined {
  return checkInteger(value, -(2 ** 31), 2 ** 31 - 1) === 0 ? undefined : value
}

export function jsonTime(value: bigint): string | undefined {
  return checkTime(value) === 0n ? undefined : String(value)
}

export function jsonCount(value: number): string | undefined {
  return value === 0 ? undefined : jsonCountAlways(value)
}

/** 64-bit integers are strings, because many readers of JSON round beyond 2^53. */
export function jsonCountAlways(value: number): string {
  // The largest of 64 bits is rounded up to 2^64 when it is read as a `number`.
  return checkCount(value) === 2 ** 64 ? '18446744073709551615' : String(BigInt(value))
}

export function jsonInt64(value: number | bigint): string {
  return String(toInt64(value))
}

/** JSON has no form for what isn't finite: those are strings. */
export function jsonDouble(value: number): number | string {
  // `JSON.stringify` would write the negative zero as 0.
  if (Object.is(value, -0)) return '-0'
  return Number.isFinite(value) ? value : String(value)
}

export function jsonList<T>(values: readonly T[], toJson: (value: T) => unknown): unknown[] | undefined {
  return values.length === 0 ? undefined : values.map((value) => toJson(value))
}

export function jsonAttributes(attributes: Attributes, depth = 0): unknown[] | undefined {
  const keys = Object.keys(attributes)
  if (keys.length === 0) return undefined
  return keys.map((key) => ({ key: key.toWellFormed(), value: jsonAnyValue(attributes[key] ?? null, depth) }))
}

export function jsonAnyValue(value: AttributeValue, depth = 0): object {
  switch (typeof value) {
    case 'string':
      return { stringValue: value.toWellFormed() }
    case 'boolean':
      return { boolValue: value }
    case 'bigint':
      return { intValue: jsonInt64(value) }
    case 'number':
      return isIntegerOnWire(value) ? { intValue: jsonInt64(value) } : { doubleValue: jsonDouble(value) }
    case 'object':
      return value === null ? {} : jsonObject(value, depth + 1)
    case 'undefined':
    case 'function':
    case 'symbol':
      throw notEncodable(`a ${typeof value} as an attribute value`)
  }
}

function jsonObject(value: AttributeValue & object, depth: number): object {
  if (value instanceof Uint8Array) {
    return { bytesValue: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') }
  }
  if (depth > MAX_VALUE_DEPTH) throw notEncodable(`a value nested more than ${MAX_VALUE_DEPTH} levels deep`)
  if (!Array.isArray(value)) return { kvlistValue: { values: jsonAttributes(value as Attributes, depth) } }
  const elements = value as readonly AttributeValue[]
  return { arrayValue: { values: jsonList(elements, (element) => jsonAnyValue(element, depth)) } }
}
