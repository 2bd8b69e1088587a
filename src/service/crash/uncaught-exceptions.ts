import { SpanStatusCode, trace } from '@opentelemetry/api'
import { hideSecrets } from '../../core/secret-text.ts'
import { attempt } from '../../lifecycle/attempt.ts'
import { messageOf, type ShutdownReason } from '../../lifecycle/shutdown-report.ts'
import type { Logging } from '../../logging/logging.ts'
import type { CrashEvidence } from './crash-evidence.ts'

export interface UncaughtExceptionsOptions {
  /** Of the service. */
  readonly name: string
  /** `undefined` before there is one. */
  readonly logging: () => Logging | undefined
  /** `undefined` where none is kept. */
  readonly evidence: () => CrashEvidence | undefined
}

/** A timer that goes on throwing would fill the log for as long as the shutdown lasts. */
const MAX_TOLD = 10
/** Of all texts of an error. Each is looked through for secrets a dozen times until the process has ended. */
const MAX_CHARACTERS = 64 * 1024
/** Of each text of one that has more. */
const MAX_TEXT = 4 * 1024
/** A secret that is longer would be cut in two, and the first half shown. */
const LONGEST_SECRET = 8 * 1024
/** Errors within errors that are looked at. */
const MAX_DEPTH = 8

/**
 * What becomes of an exception that nobody caught: it is put to disk, into the log and onto the span that it was thrown
 * in. Whatever is thrown, and whatever of that fails, nothing is thrown from here: that would end the process on the spot.
 */
export class UncaughtExceptions {
  readonly #options: UncaughtExceptionsOptions
  #count = 0

  constructor(options: UncaughtExceptionsOptions) {
    this.#options = options
  }

  /** @returns why the service has to end now */
  take(error: unknown, origin: string): ShutdownReason {
    this.#count++
    const told = attempt(() => withinMeasure(error)) ?? error
    if (this.#count > MAX_TOLD) return { kind: 'uncaught', error: told }
    attempt(() => noteOnSpan(told))
    const evidence = attempt(() => this.#keep(told, origin))
    this.#tell(told, origin, evidence)
    return { kind: 'uncaught', error: told, ...(evidence === undefined ? {} : { evidence }) }
  }

  #keep(error: unknown, origin: string): string | undefined {
    const evidence = this.#options.evidence()
    if (evidence === undefined) return undefined
    const line = this.#options.logging()?.toLine('fatal', { err: toShown(error), origin }, this.#text()) ?? '{}'
    return evidence.keepUncaught({ error, origin, line })
  }

  #tell(error: unknown, origin: string, evidence: string | undefined): void {
    const logging = this.#options.logging()
    const where = evidence === undefined ? {} : { evidence }
    const fields = { event: 'crash.uncaught', err: toShown(error), origin, ...where }
    const isTold = attempt(() => {
      logging?.writeLastWords(fields, this.#text(), { level: 'fatal', isExported: true })
      return logging !== undefined
    })
    if (isTold === true) return
    const { name } = this.#options
    const stack = attempt(() => (error instanceof Error ? error.stack : undefined)) ?? messageOf(error)
    attempt(() => process.stderr.write(`${name}: ${stack}\n`))
  }

  #text(): string {
    const more = this.#count === MAX_TOLD ? '; further ones are not told of' : ''
    return `${this.#options.name}: uncaught exception${more}`
  }
}

/** Where Node says in which context it was thrown, the span of that says so, too. */
function noteOnSpan(error: unknown): void {
  const span = trace.getActiveSpan()
  // A timer of a request outlives its span, which has been sent.
  if (span?.isRecording() !== true) return
  span.recordException(error instanceof Error ? error : messageOf(error))
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) })
}

/** Nothing that can be thrown is left out of a line: `undefined` and functions have no JSON. */
function toShown(error: unknown): unknown {
  if (typeof error === 'object' && error !== null) return error
  return { type: error === null ? 'null' : typeof error, message: messageOf(error) }
}

/**
 * What is told of something that was thrown: itself, or where it has a document in its message or its fields, as much of
 * it as says what it is. The time of a crash is short, and is for the requests.
 */
function withinMeasure(error: unknown): unknown {
  return charactersOf(error, MAX_DEPTH) <= MAX_CHARACTERS ? error : shortened(error, MAX_DEPTH)
}

function charactersOf(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null || depth === 0) return 0
  // Of an error, they are not among its keys.
  const { message, stack, cause } = value as Partial<Error>
  let count = value instanceof Error ? lengthOf(message) + lengthOf(stack) + charactersOf(cause, depth - 1) : 0
  for (const key of Object.keys(value)) {
    count += key.length + charactersOf((value as Readonly<Record<string, unknown>>)[key], depth - 1)
    if (count > MAX_CHARACTERS) break
  }
  return count
}

function lengthOf(text: unknown): number {
  return typeof text === 'string' ? text.length : 0
}

function shortened(error: unknown, depth: number): unknown {
  if (typeof error === 'string') return cut(error)
  if (!(error instanceof Error)) return cut(`${messageOf(error)}, which is too large to be told`)
  const { message, stack, cause } = error
  const { code } = error as { readonly code?: unknown }
  const short = new Error(cut(message))
  // Of its class, for whoever asks.
  Object.setPrototypeOf(short, Object.getPrototypeOf(error) as object)
  short.stack = stackOf(String(stack), message)
  if (typeof code === 'number' || (typeof code === 'string' && code.length <= MAX_TEXT)) Object.assign(short, { code })
  if (cause !== undefined && depth > 0) short.cause = shortened(cause, depth - 1)
  return short
}

/** It begins with the message, and its frames matter more. */
function stackOf(stack: string, message: string): string {
  const at = stack.indexOf(message)
  if (message.length <= MAX_TEXT || at === -1) return cut(stack)
  return `${stack.slice(0, at).slice(0, MAX_TEXT)}${cut(message)}${cut(stack.slice(at + message.length))}`
}

function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text
  return `${hideSecrets(text.slice(0, MAX_TEXT + LONGEST_SECRET)).slice(0, MAX_TEXT)}… (${text.length} characters)`
}
