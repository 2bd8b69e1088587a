import type { LogRecordProcessor, ReadWriteLogRecord } from '@opentelemetry/sdk-logs'
import type { BatchQueue } from '../pipeline/batch-queue.ts'
import { FORCE_FLUSH_LIMIT_MS } from './span-queue-processor.ts'

/** Hands log records to the queue. */
export class LogQueueProcessor implements LogRecordProcessor {
  readonly #queue: BatchQueue<ReadWriteLogRecord>

  constructor(queue: BatchQueue<ReadWriteLogRecord>) {
    this.#queue = queue
  }

  onEmit(record: ReadWriteLogRecord): void {
    freezeBody(record)
    this.#queue.add(record)
  }

  async forceFlush(): Promise<void> {
    await this.#queue.drain(FORCE_FLUSH_LIMIT_MS)
  }

  /** Only the telemetry itself shuts down, at its final flush: a provider that somebody shuts down early sends on. */
  shutdown(): Promise<void> {
    return this.forceFlush()
  }
}

/** The SDK keeps a body by reference, so what its owner changes after the call would be sent instead. */
function freezeBody(record: ReadWriteLogRecord): void {
  if (typeof record.body !== 'object' || record.body === null) return
  try {
    record.body = structuredClone(record.body)
  } catch {
    record.body = '[a body that cannot be copied]'
  }
}
