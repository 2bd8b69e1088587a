import type { ErrorCode } from './error-table.ts'

const BRAND = Symbol.for('seaworthy.error')

export interface SeaworthyErrorOptions {
  /** One imperative sentence on what to do about it. */
  readonly hint?: string
  /** What led to it; kept, never flattened into the message. Several failures come as an `AggregateError`. */
  readonly cause?: unknown
}

/**
 * The one error class of Seaworthy.
 *
 * `code` is for programs, `message` for people, `hint` says what to do. None of them ever holds a secret: a key is
 * named, its value is not. Tell it apart with {@link isSeaworthyError}, which also works across two copies of the
 * package in one process.
 */
export class SeaworthyError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: SeaworthyErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.name = 'SeaworthyError'
    this.code = code
    this.hint = options.hint
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** Message, then the hint on its own line: what a terminal should show. */
  describe(): string {
    return this.hint === undefined ? this.message : `${this.message}\n  ${this.hint}`
  }
}

/** True for a {@link SeaworthyError}, of this or another copy of the package, and with `code`, only for that code. */
export function isSeaworthyError(value: unknown, code?: ErrorCode): value is SeaworthyError {
  if (typeof value !== 'object' || value === null || !(BRAND in value)) return false
  return code === undefined || (value as unknown as SeaworthyError).code === code
}
