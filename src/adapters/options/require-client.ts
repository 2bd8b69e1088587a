import { SeaworthyError } from 'seaworthy'
import { describeKind } from './runtime-checks.ts'

/** What a function of the user is to return. */
export interface ExpectedClient {
  /** Who returned it, such as `"worker" of bullmq()`. */
  readonly from: string
  /** Such as `a Worker of bullmq`. */
  readonly expected: string
  readonly methods: readonly string[]
}

/**
 * Returns what a function of the user has built, if it has the methods that are needed of it. Otherwise the first of
 * them would say so, in words that name neither the function nor the component.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`; the start that it fails names the component
 */
export function requireClient<T>(client: T, { from, expected, methods }: ExpectedClient): T {
  const missing = methods.filter((method) => typeof memberOf(client, method) !== 'function')
  if (missing.length === 0) return client
  throw new SeaworthyError('SEA_OPTIONS_INVALID', `${from} must return ${expected}, got ${describe(client, missing)}`, {
    hint: `Return ${expected} from that function.`,
  })
}

/** Also of a function, because some clients are made of one. */
function memberOf(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}

function describe(value: unknown, missing: readonly string[]): string {
  if (value === undefined) return 'nothing (is a return missing?)'
  if (typeof memberOf(value, 'then') === 'function') return 'a promise'
  if (typeof value !== 'object' || value === null) return describeKind(value)
  return `an object without ${missing.map((method) => `${method}()`).join(', ')}`
}
