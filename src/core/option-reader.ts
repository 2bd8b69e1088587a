import { DURATION_FORM, parseDuration } from './duration.ts'
import type { ErrorCode } from './error-table.ts'
import { didYouMean } from './nearest-name.ts'
import { SeaworthyError } from './seaworthy-error.ts'

interface Fallback<T> {
  /** The value when the option is absent. Without a fallback the option is required. */
  readonly fallback?: T
}
interface Range {
  readonly min?: number
  readonly max?: number
}

/**
 * Reads an options object once, completely. Every problem is collected, a wrong value is replaced by a harmless one so
 * that reading can go on, and {@link OptionReader.done} throws them all in one error, unknown names included.
 */
export class OptionReader {
  readonly #source: Readonly<Record<string, unknown>>
  readonly #where: string
  readonly #problems: string[] = []
  readonly #known = new Set<string>()

  /** @param where how a message calls the object, such as `createService()` */
  constructor(source: unknown, where: string) {
    this.#where = where
    if (typeof source === 'object' && source !== null && !Array.isArray(source)) {
      this.#source = source as Readonly<Record<string, unknown>>
    } else {
      this.#source = {}
      if (source !== undefined) this.#problems.push(`expected an object of options, got ${describeKind(source)}`)
    }
  }

  text(name: string, rule: Fallback<string> & { readonly pattern?: RegExp; readonly form?: string } = {}): string {
    return this.#read(name, rule, '', (value) => {
      if (typeof value !== 'string' || value === '') return `expected a non-empty text, got ${describeKind(value)}`
      if (rule.pattern !== undefined && !rule.pattern.test(value))
        return `is "${value}", expected ${rule.form ?? rule.pattern}`
      return undefined
    })
  }

  integer(name: string, rule: Fallback<number> & Range = {}): number {
    return this.#read(name, rule, 0, (value) => {
      if (typeof value !== 'number' || !Number.isInteger(value))
        return `expected a whole number, got ${describeValue(value)}`
      return outOfRange(value, rule)
    })
  }

  /** A number, fractions among them. */
  number(name: string, rule: Fallback<number> & Range = {}): number {
    return this.#read(name, rule, 0, (value) => {
      if (typeof value !== 'number' || Number.isNaN(value)) return `expected a number, got ${describeValue(value)}`
      return outOfRange(value, rule)
    })
  }

  /** Milliseconds, from a number or a text such as `"10s"`; the range is in milliseconds, too. */
  duration(name: string, rule: Fallback<number> & Range = {}): number {
    let parsed: number | undefined
    const value = this.#read<unknown>(name, rule, 0, (raw) => {
      parsed = parseDuration(raw)
      if (parsed === undefined) return `is ${describeValue(raw)}, expected ${DURATION_FORM}`
      return outOfRange(parsed, rule, ' ms')
    })
    return parsed ?? (typeof value === 'number' ? value : 0)
  }

  boolean(name: string, rule: Fallback<boolean> = {}): boolean {
    return this.#read(name, rule, false, (value) =>
      typeof value === 'boolean' ? undefined : `expected true or false, got ${describeValue(value)}`,
    )
  }

  oneOf<const T extends string>(name: string, choices: readonly T[], rule: Fallback<NoInfer<T>> = {}): T {
    return this.#read(name, rule, choices[0] as T, (value) =>
      choices.includes(value as T) ? undefined : `is ${describeValue(value)}, expected one of ${choices.join(', ')}`,
    )
  }

  list(name: string, rule: Fallback<readonly string[]> = {}): readonly string[] {
    return this.#read(name, rule, [] as readonly string[], (value) =>
      Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? undefined
        : `expected a list of texts, got ${describeKind(value)}`,
    )
  }

  /** A function; absent means `undefined`. */
  callback<T extends (...args: never[]) => unknown>(name: string): T | undefined {
    return this.#read<T | undefined>(name, { fallback: undefined }, undefined, (value) =>
      typeof value === 'function' ? undefined : `expected a function, got ${describeKind(value)}`,
    )
  }

  /** A function that must be there. */
  requiredCallback(name: string): void {
    if (this.#source[name] !== undefined) this.callback(name)
    else {
      this.#known.add(name)
      this.#problems.push(`"${name}" is required: a function`)
    }
  }

  /** Any value, checked elsewhere; the name counts as known. */
  value<T>(name: string): T | undefined {
    this.#known.add(name)
    return this.#source[name] as T | undefined
  }

  /** Whether the name is there without a value, as from a variable that is not set, where to leave it out means more. */
  isUndefined(name: string): boolean {
    return name in this.#source && this.#source[name] === undefined
  }

  /** Adds a problem found by the caller, such as two options that contradict each other. */
  problem(text: string): void {
    this.#problems.push(text)
  }

  /** Adds what is wrong with an object inside this one, as its own reader found it; it need not be done then. */
  include(inner: OptionReader): void {
    inner.#findUnknown()
    for (const problem of inner.#problems) this.#problems.push(`${inner.#where}: ${problem}`)
  }

  /**
   * @param hint what to do, where more can be said than to correct what is named
   * @throws {@link SeaworthyError} `code` with every problem, when there was any
   */
  done(code: ErrorCode = 'SEA_OPTIONS_INVALID', hint = 'Correct the options named above.'): void {
    this.#findUnknown()
    if (this.#problems.length === 0) return
    const [only] = this.#problems
    const text = this.#problems.length === 1 ? ` ${only}` : this.#problems.map((problem) => `\n  - ${problem}`).join('')
    throw new SeaworthyError(code, `${this.#where}:${text}`, { hint })
  }

  #findUnknown(): void {
    for (const name of Object.keys(this.#source)) {
      if (!this.#known.has(name))
        this.#problems.push(`"${name}" is not an option. ${didYouMean(name, this.#known)}`.trim())
    }
  }

  #read<T>(name: string, rule: Fallback<T>, placeholder: T, check: (value: unknown) => string | undefined): T {
    this.#known.add(name)
    const value = this.#source[name]
    if (value === undefined) {
      if ('fallback' in rule) return rule.fallback
      this.#problems.push(`"${name}" is required`)
      return placeholder
    }
    const problem = check(value)
    if (problem === undefined) return value as T
    this.#problems.push(`"${name}" ${problem}`)
    return placeholder
  }
}

function outOfRange(value: number, { min, max }: Range, unit = ''): string | undefined {
  if (min !== undefined && max !== undefined && (value < min || value > max))
    return `is ${value}${unit}, expected ${min} to ${max}${unit}`
  if (min !== undefined && value < min) return `is ${value}${unit}, expected ${min}${unit} or more`
  if (max !== undefined && value > max) return `is ${value}${unit}, expected ${max}${unit} or less`
  return undefined
}

/** The kind of a value, never the value: for places where it could be a secret. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (value === '') return 'an empty text'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function describeValue(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return describeKind(value)
}
