import { MAX_VALUE_DEPTH } from '../../otlp/limits.ts'

/** What {@link copyValue} answers for a value that cannot be an attribute. */
export const INVALID = Symbol('not an attribute value')

/** Elements and members of one value, nested ones included: a larger one would hold up the service, and nobody reads it. */
const MAX_PARTS = 10_000

/**
 * A copy of an attribute value that its owner can no longer change, texts and bytes cut to `maxLength`. Values are
 * texts, numbers, booleans, `null`, bytes, and lists and plain objects of those; anything else, a circle, and what is
 * nested more than 64 levels deep is {@link INVALID}. Never throws, whatever code of the value's own runs.
 *
 * @see https://opentelemetry.io/docs/specs/otel/common/#anyvalue
 */
export function copyValue(value: unknown, maxLength: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.length <= maxLength ? value : value.slice(0, maxLength)
    case 'number':
    case 'boolean':
      return value
    case 'object':
      return value === null ? null : copyWhole(value, maxLength)
    case 'bigint':
    case 'symbol':
    case 'function':
    case 'undefined':
      return INVALID
  }
}

/**
 * The same for the attributes of events, which are texts, numbers, booleans, and lists of one kind of those (in which
 * `null` may be).
 */
export function copySimpleValue(value: unknown, maxLength: number): unknown {
  try {
    if (Array.isArray(value)) return isHomogeneous(value) ? copyWhole(value, maxLength) : INVALID
  } catch {
    // A proxy that throws.
    return INVALID
  }
  return typeof value === 'object' ? INVALID : copyValue(value, maxLength)
}

function copyWhole(value: object, maxLength: number): unknown {
  try {
    return new ValueCopy(maxLength).copyObject(value)
  } catch {
    // A getter or a proxy threw.
    return INVALID
  }
}

class ValueCopy {
  readonly #maxLength: number
  /** The objects around the one that is being copied. */
  readonly #path: object[] = []
  #parts = 0

  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  copyObject(value: object): unknown {
    if (value instanceof Uint8Array)
      return Uint8Array.prototype.slice.call(value, 0, Math.min(value.length, this.#maxLength))
    const path = this.#path
    if (path.length === MAX_VALUE_DEPTH || path.includes(value)) return INVALID
    path.push(value)
    const copy = Array.isArray(value) ? this.#copyList(value) : this.#copyMap(value)
    path.pop()
    return copy
  }

  #copyList(list: readonly unknown[]): unknown {
    const copy: unknown[] = []
    if (list.length > MAX_PARTS) return INVALID
    for (let index = 0; index < list.length; index++) {
      const element = this.#copyPart(list[index])
      if (element === INVALID) return INVALID
      copy.push(element ?? null)
    }
    return copy
  }

  #copyMap(map: object): unknown {
    const { constructor } = map
    if (constructor !== Object && constructor !== undefined) return INVALID
    const copy = {}
    for (const key of Object.keys(map)) {
      const member = this.#copyPart((map as Record<string, unknown>)[key])
      if (member === INVALID) return INVALID
      if (member !== undefined) setOwn(copy, key, member)
    }
    return copy
  }

  #copyPart(part: unknown): unknown {
    if (part === undefined) return undefined
    if (++this.#parts > MAX_PARTS) return INVALID
    return typeof part === 'object' && part !== null ? this.copyObject(part) : copyValue(part, this.#maxLength)
  }
}

/** `__proto__` becomes a member like any other. */
export function setOwn(target: object, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    ;(target as Record<string, unknown>)[key] = value
  }
}

function isHomogeneous(list: readonly unknown[]): boolean {
  let type: string | undefined
  for (const element of list) {
    if (element === null || element === undefined) continue
    const elementType = typeof element
    if (elementType !== 'string' && elementType !== 'number' && elementType !== 'boolean') return false
    type ??= elementType
    if (elementType !== type) return false
  }
  return true
}
