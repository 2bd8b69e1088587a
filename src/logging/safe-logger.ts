import { isSpanContextValid, trace } from '@opentelemetry/api'
import { type Bindings, type ChildLoggerOptions, type DestinationStream, type Logger, pino } from 'pino'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { LineTime } from './line-time.ts'
import type { LogLevel } from './log-level.ts'
import { type MakeChild, NamedLoggers } from './named-loggers.ts'
import { type RedactRules, stepInto } from './redact-rules.ts'
import { Redactor } from './redactor.ts'

export interface SafeLoggerOptions {
  readonly level: LogLevel
  /** Fields of every line. */
  readonly base: Readonly<Record<string, unknown>>
  readonly rules: RedactRules
}

/** The parts of a pino logger that pino's documented symbols give access to. */
interface Internals {
  [pino.symbols.stringifySym]: (value: unknown) => string | undefined
  [pino.symbols.formatOptsSym]: { stringify: (value: unknown) => string | undefined }
  [pino.symbols.stringifiersSym]: Record<string | symbol, (value: unknown) => string | undefined>
}

interface Plain {
  child: MakeChild
  setBindings(this: Logger, bindings: Bindings): void
}

export interface SafeLogger {
  readonly log: Logger
  /** Its children that have a name. */
  readonly named: NamedLoggers
}

/**
 * A pino logger, whole, that hides secrets wherever they stand: fields of a line, of a child, of a nested value, of an
 * error, of a `%o` in a message.
 *
 * pino's own `redact` takes exact paths: it knows neither other spellings of a name nor other depths, and what a
 * serializer returns only under the key it foresaw. So the last step before JSON is ours, by the symbols that pino
 * exposes for extensions; `test/logging/safe-logger.test.ts` fails if an update of pino moves it.
 */
export function createSafeLogger(options: SafeLoggerOptions, stream: DestinationStream): SafeLogger {
  const { rules } = options
  const redactor = new Redactor(rules)
  const time = new LineTime()
  const log = pino(
    {
      level: options.level,
      base: options.base,
      timestamp: () => time.field(Date.now()),
      mixin: traceFields,
      // Errors become fields where all values are walked: under any key, and nested ones, too.
      serializers: { err: (value: unknown) => value },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redactor.hideNamed(fields),
      },
    },
    stream,
  )

  const stringify = (value: unknown): string | undefined => redactor.stringify(value)
  const internals = log as unknown as Internals
  internals[pino.symbols.stringifySym] = stringify
  internals[pino.symbols.formatOptsSym] = { stringify }
  const stringifiers = internals[pino.symbols.stringifiersSym]
  const { any, children } = rules.paths
  for (const name of children.keys())
    stringifiers[name] = (value) => redactor.stringify(value, stepInto(rules.paths, name))
  if (any !== undefined) stringifiers[pino.symbols.wildcardFirstSym] = (value) => redactor.stringify(value, any)

  // pino's own, found again by the prototype: a child of a child has its parent as `this`.
  const plain = Object.getPrototypeOf(log) as Plain
  const named = new NamedLoggers(log, plain.child)
  log.child = function safeChild(this: Logger, bindings: Bindings, childOptions?: ChildLoggerOptions) {
    return named.child(this, redactor.hideNamed(bindings), safeChildOptions(childOptions, redactor))
  } as unknown as Logger['child']
  log.setBindings = function safeSetBindings(this: Logger, bindings: Bindings) {
    plain.setBindings.call(this, redactor.hideNamed(bindings))
  }
  return { log, named }
}

/**
 * The ids of the active span, as a line carries them; nothing outside a span.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
function traceFields(): Record<string, string> {
  const context = trace.getActiveSpan()?.spanContext()
  if (context === undefined || !isSpanContextValid(context)) return {}
  return {
    trace_id: context.traceId,
    span_id: context.spanId,
    trace_flags: context.traceFlags.toString(16).padStart(2, '0'),
  }
}

function safeChildOptions(options: ChildLoggerOptions | undefined, redactor: Redactor): ChildLoggerOptions | undefined {
  if (options === undefined) return undefined
  if (options.redact !== undefined) {
    throw new SeaworthyError(
      'SEA_OPTIONS_INVALID',
      'log.child(): "redact" is set for a whole log, not for a child of it',
      {
        hint: 'Give the names and paths to createLogging({ redact }) instead.',
      },
    )
  }
  const format = options.formatters?.log
  if (format === undefined) return options
  return {
    ...options,
    formatters: {
      ...options.formatters,
      log: (fields) => redactor.hideNamed(format(fields) as Record<string, unknown>),
    },
  }
}
