import { isSeaworthyError } from '../../core/seaworthy-error.ts'
import { verdictOfNumber, verdictOfSqlCode, verdictOfType } from './database-codes.ts'
import { type ErrorClass, toErrorClass } from './error-class.ts'
import { verdictOfGrpc } from './grpc-codes.ts'
import { classifyAnswer } from './http-status.ts'
import { OWN_VERDICTS } from './seaworthy-codes.ts'
import { verdictOfSystemCode } from './system-codes.ts'

/** Errors within errors that are looked at. A chain that is longer hides nothing that decides. */
const MAX_ERRORS = 64

const UNKNOWN: ErrorClass = toErrorClass(['internal', false])

/** What {@link classifyError} needs from around it. */
export interface ClassifyErrorOptions {
  /** The time of day in milliseconds, for a `Retry-After` that is a date. @default the system's */
  readonly timeOfDay?: () => number
}

/**
 * Says what kind of failure something thrown, or an answer of HTTP, is: by its type and its codes, never by the text of
 * its message. It knows the errors of Node, `fetch` and undici, aborts and timeouts, answers and status codes of HTTP,
 * status codes of gRPC, pg, mysql2, redis and ioredis, mongodb and amqplib, and our own.
 *
 * Where an error says nothing, its `cause` is asked, and so on. Of several errors in one (`AggregateError`) the first
 * that is not retryable decides; only when all are, the whole is. Takes anything, never throws.
 *
 * @example
 * const { category, retryable } = classifyError(error) // { category: 'refused', retryable: true, code: 'ECONNREFUSED' }
 */
export function classifyError(error: unknown, options: ClassifyErrorOptions = {}): ErrorClass {
  try {
    return classify(error, options.timeOfDay ?? timeOfDay, new Set()) ?? UNKNOWN
  } catch {
    // A getter that throws, a revoked proxy: nothing can be known about it.
    return UNKNOWN
  }
}

function timeOfDay(): number {
  return new Date().getTime()
}

function classify(error: unknown, now: () => number, seen: Set<object>): ErrorClass | undefined {
  if (typeof error !== 'object' || error === null || seen.has(error) || seen.size >= MAX_ERRORS) return undefined
  seen.add(error)
  const own = classifyOne(error, now)
  if (own !== undefined) return own
  const { cause, errors } = error as { readonly cause?: unknown; readonly errors?: unknown }
  return classify(cause, now, seen) ?? (Array.isArray(errors) ? classifyAll(errors, now, seen) : undefined)
}

function classifyAll(errors: readonly unknown[], now: () => number, seen: Set<object>): ErrorClass | undefined {
  let first: ErrorClass | undefined
  for (const error of errors) {
    if (seen.has(error as object)) continue
    const found = classify(error, now, seen) ?? UNKNOWN
    if (!found.retryable) return found
    first ??= found
  }
  return first
}

function classifyOne(error: object, now: () => number): ErrorClass | undefined {
  const { code } = error as { readonly code?: unknown }
  if (isSeaworthyError(error)) {
    const verdict = OWN_VERDICTS[error.code]
    if (verdict === undefined) return undefined
    return toErrorClass(verdict, error.code, (error as { readonly retryAfterMs?: number }).retryAfterMs)
  }
  const typeName = typeNameOf(error)
  // The code of a DOMException is a number of old; its name tells what it is.
  if (typeName === 'TimeoutError') return toErrorClass(['timeout', true], 'TimeoutError')
  if (typeName === 'AbortError') return toErrorClass(['cancelled', false], 'AbortError')
  if (typeof code === 'string') {
    const verdict = verdictOfSqlCode(error, code) ?? verdictOfSystemCode(error, code)
    if (verdict !== undefined) return toErrorClass(verdict, code)
  }
  if (typeof code === 'number') {
    const verdict = verdictOfNumber(error, typeName, code) ?? verdictOfGrpc(error, code)
    if (verdict !== undefined) return toErrorClass(verdict, String(code))
  }
  // What is no answer of HTTP. undici gives it a code only where its parser says one.
  if (typeName === 'HTTPParserError') return toErrorClass(['external', false], typeName)
  const answer = classifyAnswer(error, now())
  if (answer !== undefined) return answer
  const byType = error instanceof Error ? verdictOfType(error, typeName) : undefined
  return byType === undefined ? undefined : toErrorClass(...byType)
}

/** Its `name` where somebody gave it one, or that of its class: some clients leave `name` at `Error`. */
function typeNameOf(error: object): string {
  const { name, constructor } = error as { readonly name?: unknown; readonly constructor?: { readonly name?: unknown } }
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name
  return typeof constructor?.name === 'string' ? constructor.name : ''
}
