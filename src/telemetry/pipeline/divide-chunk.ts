import { Buffer } from 'node:buffer'
import type { Signal } from '../../otlp/model.ts'

/** A part of a chunk: a chunk itself. */
export interface ChunkPart {
  readonly items: number
  readonly bytes: Uint8Array
}

interface Field {
  readonly number: number
  /** Of its tag. */
  readonly start: number
  /** Of what is in it. */
  readonly from: number
  readonly end: number
}

const TAG_GROUP = 10
const TAG_SCOPE_GROUP = 18
/** Of a metric, what holds its points: gauge, sum, histogram, exponential histogram, summary. */
const POINT_FIELDS: ReadonlySet<number> = new Set([5, 7, 9, 10, 11])

/**
 * Divides a chunk into two with about half of its items each: spans, log records, or metrics, whose points stay together.
 * `undefined` where there is only one, or where it is not framed as `frameChunk` does.
 */
export function divideChunk(signal: Signal, bytes: Uint8Array, items: number): readonly ChunkPart[] | undefined {
  const [group, ...others] = fieldsOf(bytes, 0, bytes.byteLength) ?? []
  if (group?.number !== 1 || others.length > 0) return undefined
  const scopeGroup = (fieldsOf(bytes, group.from, group.end) ?? []).at(-1)
  if (scopeGroup?.number !== 2) return undefined
  const fields = fieldsOf(bytes, scopeGroup.from, scopeGroup.end) ?? []
  const first = fields.findIndex(({ number }) => number === 2)
  const entries = fields.slice(first)
  if (first === -1 || entries.length < 2 || entries.some(({ number }) => number !== 2)) return undefined
  const counts = entries.map((entry) => (signal === 'metrics' ? countPoints(bytes, entry) : 1))
  if (sum(counts) !== items) return undefined
  const middle = Math.ceil(entries.length / 2)
  const at = entries[middle]?.start ?? scopeGroup.end
  const head = bytes.subarray(group.from, scopeGroup.start)
  const scopeHead = bytes.subarray(scopeGroup.from, entries[0]?.start)
  return [
    { items: sum(counts.slice(0, middle)), bytes: frame(head, scopeHead, bytes.subarray(entries[0]?.start, at)) },
    { items: sum(counts.slice(middle)), bytes: frame(head, scopeHead, bytes.subarray(at, scopeGroup.end)) },
  ]
}

function frame(head: Uint8Array, scopeHead: Uint8Array, entries: Uint8Array): Uint8Array {
  const scopeLength = scopeHead.byteLength + entries.byteLength
  const scopePrefix = prefix(TAG_SCOPE_GROUP, scopeLength)
  const groupLength = head.byteLength + scopePrefix.length + scopeLength
  return Buffer.concat([prefix(TAG_GROUP, groupLength), head, scopePrefix, scopeHead, entries])
}

function prefix(tag: number, length: number): Uint8Array {
  const bytes = [tag]
  let left = length
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128)
  bytes.push(left)
  return Uint8Array.from(bytes)
}

function countPoints(bytes: Uint8Array, metric: Field): number {
  const data = fieldsOf(bytes, metric.from, metric.end) ?? []
  const points = data
    .filter(({ number }) => POINT_FIELDS.has(number))
    .flatMap(({ from, end }) => fieldsOf(bytes, from, end) ?? [])
  return points.filter(({ number }) => number === 1).length
}

/** `undefined` for what is no message. */
function fieldsOf(bytes: Uint8Array, from: number, end: number): readonly Field[] | undefined {
  const fields: Field[] = []
  for (let at = from; at < end;) {
    const tag = varint(bytes, at, end)
    if (tag === undefined) return undefined
    const field = fieldAt(bytes, tag, at, end)
    if (field === undefined || field.end > end) return undefined
    fields.push(field)
    at = field.end
  }
  return fields
}

function fieldAt(bytes: Uint8Array, tag: Varint, start: number, limit: number): Field | undefined {
  const number = Math.floor(tag.value / 8)
  const from = tag.end
  switch (tag.value % 8) {
    case 0: {
      const value = varint(bytes, from, limit)
      return value === undefined ? undefined : { number, start, from, end: value.end }
    }
    case 1:
      return { number, start, from, end: from + 8 }
    case 2: {
      const length = varint(bytes, from, limit)
      return length === undefined ? undefined : { number, start, from: length.end, end: length.end + length.value }
    }
    case 5:
      return { number, start, from, end: from + 4 }
    default:
      return undefined
  }
}

interface Varint {
  readonly value: number
  readonly end: number
}

function varint(bytes: Uint8Array, from: number, end: number): Varint | undefined {
  let value = 0
  let factor = 1
  for (let at = from; at < end; at++) {
    const byte = bytes[at] as number
    value += (byte % 128) * factor
    factor *= 128
    if (byte < 128) return { value, end: at + 1 }
  }
  return undefined
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
