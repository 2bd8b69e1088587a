import { type Context, diag, type SeverityNumber } from '@opentelemetry/api'
import type { InstrumentationScope } from '../encode/chunk-frame.ts'
import type { EmittedLogRecord } from './emitted-log-record.ts'
import type { ProcessedLogRecord } from './processed-log-record.ts'

/** What a processor is asked about before a record is made. */
export interface EnabledOptions {
  /** The one that the record belongs to. */
  readonly context: Context
  /** Of the logger. */
  readonly instrumentationScope: InstrumentationScope
  /** @default unknown */
  readonly severityNumber?: SeverityNumber | undefined
  /** @default none */
  readonly eventName?: string | undefined
}

/**
 * A log record processor as the SDK for JavaScript has them (`@opentelemetry/sdk-logs` 3): those of third parties work
 * here as they are. They see a record before it goes out, and may change it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/logs/sdk/#logrecordprocessor
 */
export interface LogRecordProcessor {
  onEmit(record: ProcessedLogRecord, context?: Context): void
  /** Whether it wants such a record; a record that no processor wants is made for none. @default it wants all */
  enabled?(options: EnabledOptions): boolean
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** Calls the processors that somebody has added, one after the other. What one throws reaches nobody else. */
export class LogRecordProcessors {
  readonly #list: readonly LogRecordProcessor[]

  constructor(list: readonly LogRecordProcessor[]) {
    this.#list = [...list]
  }

  /** Whether there are any: without them, no record is made that they could read. */
  get any(): boolean {
    return this.#list.length > 0
  }

  onEmit(record: EmittedLogRecord, context: Context): void {
    for (const processor of this.#list) {
      try {
        processor.onEmit(record, context)
      } catch (error) {
        warn('onEmit', error)
      }
    }
  }

  /** Whether at least one wants such a record. */
  enabled(options: EnabledOptions): boolean {
    return this.#list.some((processor) => {
      try {
        return processor.enabled?.(options) ?? true
      } catch (error) {
        warn('enabled', error)
        return true
      }
    })
  }

  /** Resolves when all have flushed; what fails is told to the diagnostic logger. */
  async forceFlush(): Promise<void> {
    await Promise.all(this.#list.map((processor) => settle('forceFlush', () => processor.forceFlush())))
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.#list.map((processor) => settle('shutdown', () => processor.shutdown())))
  }
}

async function settle(method: string, call: () => Promise<void>): Promise<void> {
  try {
    await call()
  } catch (error) {
    warn(method, error)
  }
}

function warn(method: string, error: unknown): void {
  diag.error(`${method} of a log record processor threw ${error instanceof Error ? error.name : typeof error}`, error)
}
