import { type ConfigPath, isWithin, pathId } from '../config-path.ts'
import { isPlainObject } from '../config-tree.ts'
import type { ConfigChange } from './config-diff.ts'

interface Read {
  readonly path: ConfigPath
  /** A value; that an object is there; which keys an object has. */
  readonly of: 'value' | 'presence' | 'keys'
  readonly readers: Set<string>
}

/**
 * Knows which parts of a configuration components have read through the object that they were given at their start.
 * That object never changes, so what was read through it, then or later, is known to them until they start anew.
 *
 * Bounded by the configuration: a place is kept once, however often it is read. Of places that don't exist, at most
 * {@link MAX_ABSENT} are kept.
 */
export class ObservedReads {
  readonly #reads = new Map<string, Read>()
  #absentCount = 0

  /**
   * The same configuration for one reader. It behaves as the frozen object that it stands for (`JSON.stringify`, spread,
   * `in`, `Object.keys`, `Object.isFrozen`, `Array.isArray` of lists); only `structuredClone` refuses it, as it does
   * every proxy.
   */
  observe<T>(config: T, reader: string): T {
    return this.#observe(config, [], reader) as T
  }

  /** Who has to start anew for a change to have its effect. */
  readersOf({ path }: ConfigChange, previous: unknown, next: unknown): readonly string[] {
    const readers = new Set<string>()
    for (const read of this.#reads.values()) {
      if (concerns(read, path, previous, next)) for (const reader of read.readers) readers.add(reader)
    }
    return [...readers].sort()
  }

  #observe(value: unknown, path: ConfigPath, reader: string): unknown {
    if (!isPlainObject(value)) return value
    // A proxy must give the very values of a frozen target: so its target is a frozen copy that holds the inner proxies.
    const target: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) {
      const inner = this.#observe(item, [...path, key], reader)
      Object.defineProperty(target, key, { value: inner, enumerable: true })
    }
    return new Proxy(Object.freeze(target), {
      get: (object, key, receiver): unknown => {
        if (typeof key === 'string' && (Object.hasOwn(object, key) || !(key in object))) {
          this.#note(
            [...path, key],
            isPlainObject(value[key]) ? 'presence' : 'value',
            reader,
            Object.hasOwn(object, key),
          )
        }
        return Reflect.get(object, key, receiver)
      },
      has: (object, key) => {
        if (typeof key === 'string') this.#note([...path, key], 'presence', reader, Object.hasOwn(object, key))
        return Reflect.has(object, key)
      },
      getOwnPropertyDescriptor: (object, key) => {
        if (typeof key === 'string') this.#note([...path, key], 'presence', reader, Object.hasOwn(object, key))
        return Reflect.getOwnPropertyDescriptor(object, key)
      },
      ownKeys: (object) => {
        this.#note(path, 'keys', reader, true)
        return Reflect.ownKeys(object)
      },
    })
  }

  #note(path: ConfigPath, of: Read['of'], reader: string, isThere: boolean): void {
    const id = `${of} ${pathId(path)}`
    const known = this.#reads.get(id)
    if (known !== undefined) {
      known.readers.add(reader)
      return
    }
    if (!isThere && ++this.#absentCount > MAX_ABSENT) return
    this.#reads.set(id, { path, of, readers: new Set([reader]) })
  }
}

/** Keys that were asked for and aren't there; beyond that somebody looks words up, and the configuration is no dictionary. */
export const MAX_ABSENT = 1_000

function concerns(read: Read, changed: ConfigPath, previous: unknown, next: unknown): boolean {
  switch (read.of) {
    case 'value':
      return isWithin(changed, read.path) || isWithin(read.path, changed)
    case 'presence':
      return (
        (isWithin(changed, read.path) || isWithin(read.path, changed)) &&
        kindAt(previous, read.path) !== kindAt(next, read.path)
      )
    case 'keys': {
      if (!isWithin(changed, read.path)) return false
      const child = changed.slice(0, read.path.length + 1)
      return (kindAt(previous, child) === 'absent') !== (kindAt(next, child) === 'absent')
    }
  }
}

/** What a look at a place without reading it shows. */
function kindAt(config: unknown, path: ConfigPath): 'absent' | 'object' | 'value' {
  let value: unknown = config
  for (const key of path) {
    if (!isPlainObject(value) || !Object.hasOwn(value, key)) return 'absent'
    value = value[String(key)]
  }
  if (value === undefined) return 'absent'
  return isPlainObject(value) ? 'object' : 'value'
}
