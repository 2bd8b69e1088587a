import { diag, type LoggerOptions, type LoggerProvider } from '@opentelemetry/api'
import type { InstrumentationScope } from '../encode/chunk-frame.ts'
import type { OpenChunks } from '../encode/open-chunks.ts'
import type { AttributeLimits } from '../env/limits-env.ts'
import { cleanAttributes } from '../trace/attribute-list.ts'
import { copySimpleValue } from '../trace/attribute-value.ts'
import type { ReadableResource } from '../trace/readable-resource.ts'
import { SpanClock } from '../trace/span-clock.ts'
import type { LogHome } from './emitted-log-record.ts'
import { LineLogger } from './line-logger.ts'
import { type LogRecordProcessor, LogRecordProcessors } from './log-record-processor.ts'
import { RecordLogger } from './record-logger.ts'

export interface EngineLoggerProviderOptions {
  /** Where records are encoded; `undefined` where logs are not exported. */
  readonly chunks: OpenChunks | undefined
  readonly resource: ReadableResource
  readonly limits: AttributeLimits
  /** @default the time of the system */
  readonly clock?: SpanClock
  /** Of third parties: they see each record before it goes out, in this order. @default none */
  readonly processors?: readonly LogRecordProcessor[]
  /** Delivers what was handed on, for `forceFlush`. Must not reject. @default nothing more is waited for */
  readonly flush?: () => Promise<void>
}

/** What a logger may be asked for, by libraries that still use `@opentelemetry/api-logs`, too. */
export interface EngineLoggerOptions extends LoggerOptions {
  /** What `attributes` was called there. */
  readonly scopeAttributes?: LoggerOptions['attributes']
  /** Whether a record that names no context of its own belongs to the active span. @default true */
  readonly includeTraceContext?: boolean
}

/** Loggers are few, but nothing keeps a program from making one for each request. */
const MAX_LOGGERS = 1024
/** As in the SDK, for a logger that was asked for without a name. */
const NAMELESS = 'unknown'

/**
 * The logger provider of the engine, for both places where the logs API looks for one (`@opentelemetry/api` and, for
 * older libraries, `@opentelemetry/api-logs`).
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/sdk/#loggerprovider
 */
export class EngineLoggerProvider implements LoggerProvider {
  readonly #chunks: OpenChunks | undefined
  readonly #resource: ReadableResource
  readonly #limits: AttributeLimits
  readonly #clock: SpanClock
  readonly #processors: LogRecordProcessors
  readonly #flush: () => Promise<void>
  /** The longest known first. */
  readonly #loggers = new Map<string, RecordLogger>()

  constructor(options: EngineLoggerProviderOptions) {
    this.#chunks = options.chunks
    this.#resource = options.resource
    // A limit of no characters is none, as in the SDK.
    const { count, valueLength } = options.limits
    this.#limits = { count, valueLength: valueLength > 0 ? valueLength : Number.POSITIVE_INFINITY }
    this.#clock = options.clock ?? new SpanClock()
    this.#processors = new LogRecordProcessors(options.processors ?? [])
    this.#flush = options.flush ?? (async (): Promise<void> => {})
  }

  /** Of the same name, version, schema and attributes the same logger. */
  getLogger(name: string, version?: string, options?: EngineLoggerOptions): RecordLogger {
    if (typeof name !== 'string' || name === '') diag.warn('A logger was asked for without a name')
    const scope = toScope(name, version, options, this.#limits)
    const isDetached = options?.includeTraceContext === false
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl, scope.attributes, isDetached])
    const known = this.#loggers.get(key)
    if (known !== undefined) return known
    const logger = new RecordLogger(this.#home(scope, isDetached), this.#chunks?.scope(scope), this.#processors)
    this.#loggers.set(key, logger)
    if (this.#loggers.size > MAX_LOGGERS) this.#forgetOldest()
    return logger
  }

  /** For log lines of pino, under this name. */
  getLineLogger(name: string): LineLogger {
    const scope = { name }
    return new LineLogger(this.#home(scope), this.#chunks?.scope(scope), this.getLogger(name), this.#processors)
  }

  /** Resolves when what was emitted so far has been handed on and delivered, as far as that works. Never rejects. */
  async forceFlush(): Promise<void> {
    this.#chunks?.sealAll()
    await Promise.all([this.#processors.forceFlush(), this.#flush()])
  }

  /**
   * Shuts the processors of third parties down. Everything else works on: only the telemetry itself ends, at its final
   * flush.
   */
  async shutdown(): Promise<void> {
    await this.forceFlush()
    await this.#processors.shutdown()
  }

  /** The end of the processors of others: flushed, then shut down. Never rejects. */
  async endProcessors(): Promise<void> {
    await this.#processors.forceFlush()
    await this.#processors.shutdown()
  }

  #home(scope: InstrumentationScope, isDetached = false): LogHome {
    return { scope, isDetached, resource: this.#resource, limits: this.#limits, clock: this.#clock }
  }

  #forgetOldest(): void {
    for (const key of this.#loggers.keys()) return void this.#loggers.delete(key)
  }
}

function toScope(
  name: unknown,
  version: unknown,
  options: EngineLoggerOptions | undefined,
  limits: AttributeLimits,
): InstrumentationScope {
  const schemaUrl: unknown = options?.schemaUrl
  const given = options?.attributes ?? options?.scopeAttributes
  const { attributes } = cleanAttributes(given, limits.count, limits.valueLength, copySimpleValue)
  return {
    name: typeof name === 'string' && name !== '' ? name : NAMELESS,
    version: typeof version === 'string' ? version : undefined,
    schemaUrl: typeof schemaUrl === 'string' ? schemaUrl : undefined,
    attributes,
  }
}
