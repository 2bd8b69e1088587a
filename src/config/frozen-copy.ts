import { isPlainObject } from './config-tree.ts'

/**
 * A copy whose objects and lists are frozen, all the way down. What a schema returns may be its own default or the
 * caller's object, which are not ours to freeze. Instances of classes are shared and stay as they are.
 */
export function frozenCopy<T>(value: T, copies = new Map<unknown, unknown>()): T {
  const isList = Array.isArray(value)
  if (!isList && !isPlainObject(value)) return value
  const known = copies.get(value)
  if (known !== undefined) return known as T
  const copy: unknown[] | Record<string, unknown> = isList ? [] : {}
  copies.set(value, copy)
  for (const [key, item] of Object.entries(value)) {
    Object.defineProperty(copy, key, { value: frozenCopy(item, copies), enumerable: true })
  }
  return Object.freeze(copy) as T
}
