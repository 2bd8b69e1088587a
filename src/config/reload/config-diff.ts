import { isDeepStrictEqual, types } from 'node:util'
import { type ConfigPath, formatPath } from '../config-path.ts'
import { isPlainObject } from '../config-tree.ts'
import { isSecret } from '../secret.ts'

/** What became of one value. Only its place is told, never what it was or is: it may be a secret. */
export interface ConfigChange {
  readonly path: ConfigPath
  /** `http.port`, as messages show it. */
  readonly name: string
  readonly kind: 'added' | 'changed' | 'removed'
}

/**
 * The values in which two configurations differ, in alphabetical order. An object is taken apart; a list is one value,
 * as layers replace it whole. Secrets are compared by their text. What can't be compared, such as a function or an
 * instance of a class that keeps its state to itself, counts as changed: a spurious change costs a generation, a missed
 * one costs the rotation of a password.
 */
export function diffConfig(previous: unknown, next: unknown): readonly ConfigChange[] {
  const changes: ConfigChange[] = []
  compare(previous, next, [], changes)
  return changes.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function compare(previous: unknown, next: unknown, path: ConfigPath, changes: ConfigChange[]): void {
  if (Object.is(previous, next)) return
  if (isPlainObject(previous) && isPlainObject(next)) {
    for (const key of new Set([...Object.keys(previous), ...Object.keys(next)])) {
      compare(own(previous, key), own(next, key), [...path, key], changes)
    }
    return
  }
  if (!isBranch(previous) && !isBranch(next)) {
    if (isSame(previous, next)) return
    const kind = previous === undefined ? 'added' : next === undefined ? 'removed' : 'changed'
    changes.push({ path, name: formatPath(path), kind })
    return
  }
  // An object came or went: each of its values did, and whatever stood or stands in its place.
  compareAbsent(previous, path, 'removed', changes)
  compareAbsent(next, path, 'added', changes)
}

function compareAbsent(value: unknown, path: ConfigPath, kind: 'added' | 'removed', changes: ConfigChange[]): void {
  if (value === undefined) return
  if (!isBranch(value)) {
    changes.push({ path, name: formatPath(path), kind })
    return
  }
  for (const [key, item] of Object.entries(value)) compareAbsent(item, [...path, key], kind, changes)
}

/** Where nothing or a value stands against it, an empty object is a value: taken apart, it would be nothing. */
function isBranch(value: unknown): value is Readonly<Record<string, unknown>> {
  return isPlainObject(value) && Object.keys(value).length > 0
}

function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function isSame(previous: unknown, next: unknown): boolean {
  if (Object.is(previous, next)) return true
  if (typeof previous !== 'object' || typeof next !== 'object' || previous === null || next === null) return false
  if (isSecret(previous) || isSecret(next)) {
    return isSecret(previous) && isSecret(next) && previous.reveal() === next.reveal()
  }
  if (Array.isArray(previous)) {
    return (
      Array.isArray(next) && previous.length === next.length && previous.every((item, at) => isSame(item, next[at]))
    )
  }
  if (isPlainObject(previous)) return isPlainObject(next) && isSameObject(previous, next)
  if (Object.getPrototypeOf(previous) !== Object.getPrototypeOf(next)) return false
  if (previous instanceof URL) return previous.href === (next as URL).href
  if (previous instanceof Map) return next instanceof Map && isSame([...previous], [...next])
  if (previous instanceof Set) return next instanceof Set && isSame([...previous], [...next])
  const isOpen = types.isDate(previous) || types.isRegExp(previous) || ArrayBuffer.isView(previous)
  return isOpen && isDeepStrictEqual(previous, next)
}

function isSameObject(previous: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>): boolean {
  const keys = Object.keys(previous)
  if (keys.length !== Object.keys(next).length) return false
  return keys.every((key) => Object.hasOwn(next, key) && isSame(previous[key], next[key]))
}
