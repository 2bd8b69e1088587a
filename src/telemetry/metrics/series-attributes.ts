import { Buffer } from 'node:buffer'
import { type AttributeBag, createAttributeBag, NO_ATTRIBUTES } from '../../otlp/attribute-bag.ts'
import { MAX_VALUE_DEPTH } from '../../otlp/limits.ts'
import type { Attributes, AttributeValue } from '../../otlp/model.ts'

/** Elements and members of one attribute value, nested ones included. What is beyond is left out. */
const MAX_MEMBERS = 1000
const MAX_INT64 = 2n ** 63n - 1n

/** Whether an attribute belongs to a series. */
export type KeepsKey = (key: string) => boolean

/** What tells a series from the others of its stream. */
export interface SeriesIdentity {
  /** The same for equal attributes, whatever their order. */
  readonly key: string
  /** Sorted by key, frozen, nobody else's. */
  readonly attributes: Attributes
}

/** The series of everything beyond the limit of a stream. */
export const OVERFLOW: SeriesIdentity = freezeIdentity('overflow', { 'otel.metric.overflow': true })
/** The series without attributes. */
export const BARE: SeriesIdentity = { key: '', attributes: NO_ATTRIBUTES }

/**
 * Reads the attributes of a measurement completely: sorts them, copies them, leaves out what has no form in OTLP. Never
 * throws. Costs microseconds: see {@link SeriesPaths} for how it is avoided.
 */
export function identifySeries(attributes: unknown, keeps?: KeepsKey): SeriesIdentity {
  if (typeof attributes !== 'object' || attributes === null) return BARE
  const bag = createAttributeBag()
  let key = ''
  for (const name of namesIn(attributes).sort()) {
    if (keeps?.(name) === false) continue
    const value = readValue(attributes as Readonly<Record<string, unknown>>, name)
    if (value === undefined) continue
    bag[name] = value
    key += `${JSON.stringify(name)}:${toKey(value)},`
  }
  return key === '' ? BARE : { key, attributes: Object.freeze(bag) }
}

/** Whether a value is told from others by `===`, and can be in no two states. */
export function isPlainValue(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'function') || value === null
}

/** A proxy that throws is the service's own, and no reason to lose the measurement. */
function namesIn(attributes: object): string[] {
  try {
    return Object.keys(attributes)
  } catch {
    return []
  }
}

function readValue(attributes: Readonly<Record<string, unknown>>, name: string): AttributeValue | undefined {
  try {
    return toValue(attributes[name], 0, { left: MAX_MEMBERS })
  } catch {
    // A getter or a proxy that throws is the service's own, and no reason to lose the measurement.
    return undefined
  }
}

function toValue(value: unknown, depth: number, budget: { left: number }): AttributeValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return value
    case 'bigint':
      return toInteger(value)
    case 'object':
      return value === null ? null : toNested(value, depth + 1, budget)
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined
  }
}

/** 1n and 1 are the same on the wire, so they are one series. */
function toInteger(value: bigint): AttributeValue {
  if (value > MAX_INT64 || value < -MAX_INT64 - 1n) return String(value)
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function toNested(value: object, depth: number, budget: { left: number }): AttributeValue | undefined {
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (depth >= MAX_VALUE_DEPTH) return undefined
  if (Array.isArray(value)) {
    const list: AttributeValue[] = []
    for (const element of value as readonly unknown[]) {
      if (--budget.left < 0) break
      list.push(toValue(element, depth, budget) ?? null)
    }
    return Object.freeze(list)
  }
  const bag: AttributeBag = createAttributeBag()
  for (const name of Object.keys(value).sort()) {
    if (--budget.left < 0) break
    const member = toValue((value as Readonly<Record<string, unknown>>)[name], depth, budget)
    if (member !== undefined) bag[name] = member
  }
  return Object.freeze(bag)
}

function toKey(value: AttributeValue): string {
  if (value === null) return 'n'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean') return value ? 't' : 'f'
  return typeof value === 'object' ? toNestedKey(value) : String(value)
}

function toNestedKey(value: Exclude<AttributeValue, string | number | bigint | boolean | null>): string {
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `[${(value as readonly AttributeValue[]).map(toKey).join()}]`
  const bag = value as Attributes
  return `{${Object.keys(bag)
    .map((name) => `${JSON.stringify(name)}:${toKey(bag[name] ?? null)}`)
    .join()}}`
}

function freezeIdentity(key: string, attributes: Attributes): SeriesIdentity {
  return { key, attributes: Object.freeze(Object.assign(createAttributeBag(), attributes)) }
}
