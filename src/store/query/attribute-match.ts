import type { Attributes, AttributeValue } from '../../otlp/model.ts'

/** What a value must be: equal to it, or matched by a pattern (texts), or accepted by a function. */
export type AttributeExpectation = AttributeValue | RegExp | ((value: AttributeValue) => boolean)

/** A key that must be there, or several keys with what each must be. */
export type AttributeMatch = string | Readonly<Record<string, AttributeExpectation>>

export function compileAttributeMatch(match: AttributeMatch): (attributes: Attributes) => boolean {
  if (typeof match === 'string') return (attributes) => Object.hasOwn(attributes, match)
  const wanted = Object.entries(match)
  return (attributes) =>
    wanted.every(
      ([key, expected]) => Object.hasOwn(attributes, key) && meets(attributes[key] as AttributeValue, expected),
    )
}

function meets(value: AttributeValue, expected: AttributeExpectation): boolean {
  if (typeof expected === 'function') return expected(value)
  // `search` has no memory of earlier calls, unlike `test` of a pattern with the flag g.
  if (expected instanceof RegExp) return typeof value === 'string' && value.search(expected) !== -1
  return sameValue(value, expected)
}

/** Deep equality. `5` and `5n` are the same number, for the decoder chooses between them by size. */
function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if (isNumeric(a) && isNumeric(b)) return a === b || exact(a) === exact(b) || (a !== a && b !== b)
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0
  }
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item: AttributeValue, index) => sameValue(item, b[index] as AttributeValue))
    )
  }
  return sameMembers(a as Attributes, b as Attributes)
}

function sameMembers(a: Attributes, b: Attributes): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key] as AttributeValue, b[key] as AttributeValue))
  )
}

function isNumeric(value: AttributeValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function exact(value: number | bigint): number | bigint {
  return Number.isInteger(value) ? BigInt(value) : value
}
