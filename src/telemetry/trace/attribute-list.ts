import { type Attributes, diag } from '@opentelemetry/api'
import { copyValue, INVALID, setOwn } from './attribute-value.ts'

/** Keys and values together. Below it, looking through the list is quicker than a map. */
const MANY_ENTRIES = 128

/**
 * The attributes of something, as a list of keys and values by turns: a span has few, and looking through ten keys is
 * quicker than an object that changes its shape with each. Once somebody has asked for the object, it takes over, so that
 * a span processor may change it.
 */
export class AttributeList {
  readonly entries: unknown[] = []
  #bag: Record<string, unknown> | undefined = undefined
  /** How many were put into the bag, whoever has taken some away since. */
  #putCount = 0
  /** Where in `entries` each key is, once there are many. */
  #places: Map<string, number> | undefined = undefined

  /** A list that is an object of somebody else's from the beginning. */
  static of(bag: object): AttributeList {
    const list = new AttributeList()
    list.#bag = bag as Record<string, unknown>
    return list
  }

  /** How many there are. */
  get count(): number {
    return this.#bag === undefined ? this.entries.length / 2 : Object.keys(this.#bag).length
  }

  /** Whether they are in {@link bag} and no longer in {@link entries}. */
  get isBag(): boolean {
    return this.#bag !== undefined
  }

  /** As an object that can be changed. */
  get bag(): Record<string, unknown> {
    if (this.#bag === undefined) {
      const bag = {}
      const { entries } = this
      for (let at = 0; at < entries.length; at += 2) setOwn(bag, entries[at] as string, entries[at + 1])
      this.#bag = bag
      this.#putCount = entries.length / 2
    }
    return this.#bag
  }

  get(key: string): unknown {
    if (this.#bag !== undefined) return Object.hasOwn(this.#bag, key) ? this.#bag[key] : undefined
    const at = this.#placeOf(key)
    return at === -1 ? undefined : this.entries[at + 1]
  }

  /**
   * Sets one whose key and value are checked.
   *
   * @returns false where it is a new one and there are `maxCount` already
   */
  put(key: string, value: unknown, maxCount: number): boolean {
    if (this.#bag !== undefined) return this.#putInto(this.#bag, key, value, maxCount)
    const at = this.#placeOf(key)
    const { entries } = this
    if (at !== -1) {
      entries[at + 1] = value
      return true
    }
    if (entries.length >= maxCount * 2) return false
    this.#places?.set(key, entries.length)
    entries.push(key, value)
    return true
  }

  #putInto(bag: Record<string, unknown>, key: string, value: unknown, maxCount: number): boolean {
    if (!Object.hasOwn(bag, key)) {
      // Counted one by one only near the limit: each count goes through all of them.
      if (this.#putCount >= maxCount && Object.keys(bag).length >= maxCount) return false
      this.#putCount++
    }
    setOwn(bag, key, value)
    return true
  }

  /** Where a key is, or -1. */
  #placeOf(key: string): number {
    const { entries } = this
    const { length } = entries
    if (length > MANY_ENTRIES) return (this.#places ??= placesIn(entries)).get(key) ?? -1
    for (let at = 0; at < length; at += 2) if (entries[at] === key) return at
    return -1
  }
}

function placesIn(entries: readonly unknown[]): Map<string, number> {
  const places = new Map<string, number>()
  for (let at = 0; at < entries.length; at += 2) places.set(entries[at] as string, at)
  return places
}

/** Attributes that were checked, and how many did not pass. */
export interface CleanAttributes {
  readonly attributes?: Attributes
  readonly droppedAttributesCount?: number
}

/** Checks and copies the attributes of an event or a link. */
export function cleanAttributes(
  input: unknown,
  maxCount: number,
  maxLength: number,
  copy: (value: unknown, maxLength: number) => unknown = copyValue,
): CleanAttributes {
  if (typeof input !== 'object' || input === null) return {}
  const attributes: Attributes = {}
  let count = 0
  let droppedAttributesCount = 0
  for (const key of ownKeys(input)) {
    const value = readMember(input, key)
    if (value === undefined) continue
    const copied = count >= maxCount || key === '' ? INVALID : copy(value, maxLength)
    if (copied === INVALID) {
      if (count < maxCount) warnOfInvalid(key)
      droppedAttributesCount++
      continue
    }
    setOwn(attributes, key, copied)
    count++
  }
  return { attributes, droppedAttributesCount }
}

/** The names of an object's members. A proxy may throw: then there are none. */
export function ownKeys(object: object): readonly string[] {
  try {
    return Object.keys(object)
  } catch {
    return []
  }
}

/** A getter of a user's object may throw: then there is no such member. */
export function readMember(object: object, key: string): unknown {
  try {
    return (object as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

export function warnOfInvalid(key: string): void {
  diag.warn(
    key === '' ? 'An attribute without a name was left out' : `The value of attribute "${key}" is of no valid type`,
  )
}
