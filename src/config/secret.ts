import { inspect } from 'node:util'

const BRAND = Symbol.for('seaworthy.secret')
const SHOWN = '[secret]'

/**
 * A text that never prints. Every way to show it gives `[secret]`: `String()`, a template, `JSON.stringify`,
 * `console.log`, `util.inspect`, a logger. Only {@link Secret.reveal} gives the text, so that each use can be found by
 * its name. It hides the text from output, not from a debugger or a heap snapshot; a structured clone of it is empty.
 *
 * @example
 * ```ts
 * const schema = z.object({ database: z.object({ password: z.string().transform(toSecret) }) })
 * connect({ password: config.database.password.reveal() })
 * ```
 */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    Object.defineProperty(this, BRAND, { value: true })
    Object.freeze(this)
  }

  /** The text itself. Give it to what needs it at once; don't keep it in another place. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return SHOWN
  }

  toJSON(): string {
    return SHOWN
  }

  valueOf(): string {
    return SHOWN
  }

  [Symbol.toPrimitive](): string {
    return SHOWN
  }

  [inspect.custom](): string {
    return SHOWN
  }
}

/**
 * Makes a {@link Secret} of a text: the transform for a schema. A secret stays as it is.
 *
 * @example `z.string().min(12).transform(toSecret)`, `v.pipe(v.string(), v.transform(toSecret))`,
 * `type('string').pipe(toSecret)`
 */
export function toSecret(text: string | Secret): Secret
// Where a library infers the type of the input from the transform, it takes the last of these.
export function toSecret(text: string): Secret
export function toSecret(text: string | Secret): Secret {
  return typeof text === 'string' ? new Secret(text) : text
}

/** True for a {@link Secret}, of this or another copy of the package. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && BRAND in value
}
