import { didYouMean } from '../../core/nearest-name.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { describeExpected } from './describe-expected.ts'

/** One part of a query, ready to be asked of any number of items. */
export interface Condition<T> {
  /** As a person reads it: `service is "orders"`. */
  readonly label: string
  holds(item: T): boolean
}

/** For each name that a query may have: how it is said, and how it is asked. */
export type ConditionTable<Q, T> = {
  readonly [K in keyof Q]-?: {
    readonly words: string
    readonly compile: (expected: NonNullable<Q[K]>) => (item: T) => boolean
  }
}

/**
 * Turns a query into its conditions. A name that does not exist and a value that is `undefined` are refused: taken as
 * "no condition", they would let a test pass that checks nothing.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 */
export function compileQuery<Q extends object, T>(
  where: string,
  query: Q,
  table: ConditionTable<Q, T>,
): readonly Condition<T>[] {
  return Object.entries(query).map(([name, expected]) => {
    if (!Object.hasOwn(table, name)) {
      throw refusal(`${where}: "${name}" is no condition. ${didYouMean(name, Object.keys(table))}`.trim())
    }
    if (expected === undefined) throw refusal(`${where}: "${name}" is undefined`)
    const { words, compile } = table[name as keyof Q]
    return { label: `${words} ${describeExpected(expected)}`, holds: compile(expected as NonNullable<Q[keyof Q]>) }
  })
}

export function matchesAll<T>(item: T, conditions: readonly Condition<T>[]): boolean {
  return conditions.every((condition) => condition.holds(item))
}

function refusal(message: string): SeaworthyError {
  return new SeaworthyError('SEA_OPTIONS_INVALID', message, {
    hint: 'Leave a condition out to ask for every value of it.',
  })
}
