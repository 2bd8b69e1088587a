import type { ValueType } from './schema-shape.ts'

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * What the text of a variable can mean, likeliest first: the text itself, a number, true or false, null, or JSON. Only
 * what the types allow, when they are known; the text itself when nothing else is left, for the schema to refuse.
 */
export function possibleValues(text: string, types: ReadonlySet<ValueType> | undefined): readonly unknown[] {
  const values: unknown[] = []
  if (takes(types, 'string')) values.push(text)
  const trimmed = text.trim()
  if (takes(types, 'boolean') && /^(?:true|false)$/i.test(trimmed)) values.push(trimmed.toLowerCase() === 'true')
  const number = toNumber(trimmed)
  if (takes(types, 'number') && number !== undefined) values.push(number)
  if (types?.has('null') === true && trimmed === 'null') values.push(null)
  const json = toJson(trimmed)
  if (json !== undefined && takes(types, Array.isArray(json) ? 'array' : 'object')) values.push(json)
  return values.length === 0 ? [text] : values
}

/** How to write a value of these types in a variable, as a sentence; empty when there is nothing to say. */
export function writingHint(types: ReadonlySet<ValueType> | undefined): string {
  if (types === undefined || types.has('string')) return ''
  if (types.has('array')) return 'Write it as JSON, such as ["a","b"].'
  if (types.has('object')) return 'Write it as JSON, such as {"key":"value"}, or set each key by a variable of its own.'
  return types.has('boolean') ? 'Write true or false.' : ''
}

function takes(types: ReadonlySet<ValueType> | undefined, type: ValueType): boolean {
  return types === undefined || types.has(type)
}

/** Decimal only, and only when no digit of a whole number gets lost. */
function toNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined
  const number = Number(text)
  if (!Number.isFinite(number)) return undefined
  return /^[+-]?\d+$/.test(text) && !Number.isSafeInteger(number) ? undefined : number
}

/** A list or an object; other JSON has its own rules above. */
function toJson(text: string): unknown {
  if (!text.startsWith('[') && !text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
