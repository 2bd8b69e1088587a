import { DURATION_FORM, DURATION_WITH_UNIT_FORM, parseDuration, parseDurationWithUnit } from './duration.ts'
import { SeaworthyError } from './seaworthy-error.ts'

/** A set of environment variables, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
])

/**
 * Reads environment variables that have a fixed meaning (`OTEL_*`, `SEAWORTHY_*`). An empty value counts as unset, as
 * the OpenTelemetry specification asks. Every problem is collected; {@link EnvReader.done} throws them in one error.
 * Nothing falls back silently: a value that does not parse is a problem, never the default.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export class EnvReader {
  readonly #env: Environment
  readonly #problems: string[] = []

  constructor(env: Environment) {
    this.#env = env
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim()
    return value === '' ? undefined : value
  }

  oneOf<const T extends string>(name: string, choices: readonly T[]): T | undefined {
    return this.#parse(name, `one of ${choices.join(', ')}`, (text) => choices.find((choice) => choice === text))
  }

  /** `true` or `false`, in any case. */
  boolean(name: string): boolean | undefined {
    return this.#parse(name, 'true or false', (text) => BOOLEANS.get(text.toLowerCase()))
  }

  integer(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    return this.#parse(name, `a whole number from ${range.min} to ${range.max}`, (text) => {
      const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN
      return value >= range.min && value <= range.max ? value : undefined
    })
  }

  number(name: string, range: { readonly min: number; readonly max: number }): number | undefined {
    return this.#parse(name, `a number from ${range.min} to ${range.max}`, (text) => {
      const value = Number(text)
      return value >= range.min && value <= range.max ? value : undefined
    })
  }

  /** Milliseconds, from a plain number of them or a text such as `30s`. */
  duration(name: string): number | undefined {
    return this.#parse(name, DURATION_FORM, parseDuration)
  }

  /** Milliseconds of a variable of our own: a text such as `30s`, or `0`. A bare number could mean seconds as well. */
  durationWithUnit(name: string): number | undefined {
    return this.#parse(name, DURATION_WITH_UNIT_FORM, parseDurationWithUnit)
  }

  /** Adds a problem found by the caller. Name the key, never a value that could be a secret. */
  problem(text: string): void {
    this.#problems.push(text)
  }

  /** @throws {@link SeaworthyError} `SEA_ENV_INVALID` with every problem, when there was any */
  done(): void {
    if (this.#problems.length === 0) return
    throw new SeaworthyError(
      'SEA_ENV_INVALID',
      `The environment is not valid:\n${[...new Set(this.#problems)].map((text) => `  - ${text}`).join('\n')}`,
      {
        hint: 'Correct or unset the variables named above.',
      },
    )
  }

  #parse<T>(name: string, form: string, parse: (text: string) => T | undefined): T | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) this.#problems.push(`${name} is "${text}", expected ${form}`)
    return value
  }
}
