import { isIntegerOnWire } from '../../otlp/encodable.ts'
import { MAX_VALUE_DEPTH } from '../../otlp/limits.ts'
import type { ProtobufWriter } from '../../otlp/protobuf-writer.ts'

/** Elements and members of one value, nested ones included: a larger one would hold up the service, and nobody reads it. */
const MAX_PARTS = 10_000
const INT64 = 2n ** 63n

/** Of the value that is being written; a getter in it may well write another one. */
let parts = 0

/**
 * Writes an attribute as a `KeyValue` field, texts and bytes cut to `maxLength`. Values are texts, numbers, booleans,
 * `null`, bytes, and lists and plain objects of those, 64 levels deep and of 10,000 parts at most. Of anything else nothing
 * is written. Never throws, whatever code of the value's own runs.
 *
 * @returns whether it was written
 * @see https://opentelemetry.io/docs/specs/otel/common/#anyvalue
 */
export function writeAttribute(
  writer: ProtobufWriter,
  tag: number,
  key: string,
  value: unknown,
  maxLength: number,
): boolean {
  if (typeof value === 'string') {
    writer.textPair(tag, key, value.length <= maxLength ? value : value.slice(0, maxLength))
    return true
  }
  const before = writer.position
  const start = writer.open(tag)
  writer.text(10, key)
  const valueStart = writer.open(18)
  if (!writeWhole(writer, value, maxLength, false)) {
    writer.rewind(before)
    return false
  }
  writer.close(valueStart)
  writer.close(start)
  return true
}

/**
 * Writes the body of a log record. It takes whatever it can get, because a body is the very thing that somebody wanted to
 * say: what no attribute may be is written as near as possible (an error as its stack, a date as its text, any other
 * object by its members), and what is too deep or too much is left empty. Never throws.
 */
export function writeBody(writer: ProtobufWriter, tag: number, value: unknown): void {
  if (typeof value === 'string') {
    const start = writer.open(tag)
    writer.textAlways(10, value)
    writer.close(start)
    return
  }
  const start = writer.open(tag)
  const inside = writer.position
  if (!writeWhole(writer, value, Number.POSITIVE_INFINITY, true)) {
    writer.rewind(inside)
    writer.textAlways(10, '[a body that cannot be read]')
  }
  writer.close(start)
}

/** Writes the fields of an `AnyValue`; what it has written by the time that it fails is for the caller to take back. */
function writeWhole(writer: ProtobufWriter, value: unknown, maxLength: number, isLenient: boolean): boolean {
  if (typeof value !== 'object' || value === null) return writeValue(writer, value, maxLength, 0, isLenient)
  const outer = parts
  parts = 0
  try {
    return writeValue(writer, value, maxLength, 0, isLenient)
  } catch {
    // A getter or a proxy threw.
    return false
  } finally {
    parts = outer
  }
}

function writeValue(
  writer: ProtobufWriter,
  value: unknown,
  maxLength: number,
  depth: number,
  isLenient: boolean,
): boolean {
  switch (typeof value) {
    case 'string':
      writer.textAlways(10, value.length <= maxLength ? value : value.slice(0, maxLength))
      return true
    case 'number':
      if (isIntegerOnWire(value)) writer.int64Always(24, value)
      else writer.doubleAlways(33, value)
      return true
    case 'boolean':
      writer.booleanAlways(16, value)
      return true
    case 'object':
      return value === null || writeObject(writer, value, maxLength, depth, isLenient)
    case 'bigint':
      if (isLenient) writeBigInteger(writer, value)
      return isLenient
    case 'symbol':
    case 'function':
    case 'undefined':
      return isLenient
  }
}

function writeBigInteger(writer: ProtobufWriter, value: bigint): void {
  if (value >= -INT64 && value < INT64) writer.int64Always(24, value)
  else writer.textAlways(10, String(value))
}

function writeObject(
  writer: ProtobufWriter,
  value: object,
  maxLength: number,
  depth: number,
  isLenient: boolean,
): boolean {
  if (value instanceof Uint8Array) {
    writer.bytesAlways(58, value.length <= maxLength ? value : value.subarray(0, maxLength))
    return true
  }
  // A circle ends here as well.
  if (depth === MAX_VALUE_DEPTH) return isLenient
  if (Array.isArray(value)) return writeList(writer, value, maxLength, depth, isLenient)
  const { constructor } = value
  if (constructor !== Object && constructor !== undefined) {
    if (!isLenient) return false
    if (value instanceof Error || value instanceof Date) {
      writer.textAlways(10, textOf(value))
      return true
    }
  }
  return writeMap(writer, value, maxLength, depth, isLenient)
}

function textOf(value: Error | Date): string {
  if (value instanceof Error) return String(value.stack ?? value)
  return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
}

function writeList(
  writer: ProtobufWriter,
  list: readonly unknown[],
  maxLength: number,
  depth: number,
  isLenient: boolean,
): boolean {
  const start = writer.open(42)
  for (let index = 0; index < list.length; index++) {
    if (++parts > MAX_PARTS) return closeAll(writer, start, isLenient)
    const elementStart = writer.open(10)
    const element = list[index]
    if (element !== undefined && !writeValue(writer, element, maxLength, depth + 1, isLenient)) return false
    writer.close(elementStart)
  }
  writer.close(start)
  return true
}

function writeMap(writer: ProtobufWriter, map: object, maxLength: number, depth: number, isLenient: boolean): boolean {
  const start = writer.open(50)
  for (const key of Object.keys(map)) {
    const member = (map as Record<string, unknown>)[key]
    if (member === undefined) continue
    if (++parts > MAX_PARTS) return closeAll(writer, start, isLenient)
    const memberStart = writer.open(10)
    writer.text(10, key)
    const valueStart = writer.open(18)
    if (!writeValue(writer, member, maxLength, depth + 1, isLenient)) return false
    writer.close(valueStart)
    writer.close(memberStart)
  }
  writer.close(start)
  return true
}

function closeAll(writer: ProtobufWriter, start: number, isLenient: boolean): boolean {
  if (isLenient) writer.close(start)
  return isLenient
}
