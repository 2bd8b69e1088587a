import { types } from 'node:util'
import { isPlainObject } from './config-tree.ts'

/**
 * A copy whose objects and lists are frozen, all the way down. What a schema returns may be its own default or the
 * caller's object, which are not ours to freeze. A Map, a Set or a Date is copied, too, and refuses to be changed; keys of a Map stay the ones by which it is asked. Instances of
 * other classes are shared and stay as they are.
 */
export function frozenCopy<T>(value: T, copies = new Map<unknown, unknown>()): T {
  const known = copies.get(value)
  if (known !== undefined) return known as T
  if (isOf(value, Map) && types.isMap(value)) {
    const copy = new Map<unknown, unknown>()
    copies.set(value, copy)
    for (const [key, item] of value) copy.set(key, frozenCopy(item, copies))
    return sealed(copy, ['set', 'delete', 'clear']) as T
  }
  if (isOf(value, Set) && types.isSet(value)) {
    const copy = new Set<unknown>()
    copies.set(value, copy)
    for (const item of value) copy.add(frozenCopy(item, copies))
    return sealed(copy, ['add', 'delete', 'clear']) as T
  }
  if (isOf(value, Date) && types.isDate(value)) {
    return sealed(new Date(value), DATE_SETTERS) as T
  }
  const isList = Array.isArray(value)
  if (!isList && !isPlainObject(value)) return value
  const copy: unknown[] | Record<string, unknown> = isList ? [] : {}
  copies.set(value, copy)
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, { value: frozenCopy(item, copies), enumerable: true })
  }
  return Object.freeze(copy) as T
}

const DATE_SETTERS = Object.getOwnPropertyNames(Date.prototype).filter((name) => name.startsWith('set'))

/** A class that extends one of these has its own idea of itself. */
function isOf(value: unknown, constructor: abstract new () => object): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === constructor.prototype
}

/** Freezing alone does not hold what these keep inside. */
function sealed(value: object, methods: readonly string[]): object {
  const refuse = (): never => {
    throw new TypeError('Cannot change a configuration: it is frozen')
  }
  for (const method of methods) Object.defineProperty(value, method, { value: refuse })
  return Object.freeze(value)
}
