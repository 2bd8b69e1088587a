import type { ConfigPath } from './config-path.ts'

/** What kinds of value a schema takes at a path. */
export type ValueType = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array'

/** The keys that a schema knows in an object. */
export interface KeyLevel {
  readonly keys: ReadonlySet<string>
  /** Whether other keys are welcome, too. */
  readonly open: boolean
  /** Whether `keys` is all of them. A validator that stopped at its first complaint has not shown the others. */
  readonly complete: boolean
}

/**
 * What can be found out about a schema without knowing its library: which keys there are, and what type they have.
 * A schema that describes itself gives exact answers; any other is observed.
 */
export interface SchemaShape {
  /**
   * The keys of the object at `path`, or `undefined` when the schema has no object there.
   *
   * @param value the whole input: where the schema has alternatives, those that it rules out don't count
   */
  levelAt(path: ConfigPath, value?: unknown): Promise<KeyLevel | undefined>
  /** The types that the schema takes at `path`, or `undefined` when that is not known. */
  typesAt(path: ConfigPath): ReadonlySet<ValueType> | undefined
}
