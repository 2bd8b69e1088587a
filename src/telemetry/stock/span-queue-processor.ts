import { TraceFlags } from '@opentelemetry/api'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { BatchQueue } from '../pipeline/batch-queue.ts'

/** How long a `forceFlush()` of the provider may take: the specification leaves it to the SDK. */
export const FORCE_FLUSH_LIMIT_MS = 30_000

/** Hands ended spans to the queue. */
export class SpanQueueProcessor implements SpanProcessor {
  readonly #queue: BatchQueue<ReadableSpan>

  constructor(queue: BatchQueue<ReadableSpan>) {
    this.#queue = queue
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0) this.#queue.add(span)
  }

  async forceFlush(): Promise<void> {
    await this.#queue.drain(FORCE_FLUSH_LIMIT_MS)
  }

  /** Only the telemetry itself shuts down, at its final flush: a provider that somebody shuts down early sends on. */
  shutdown(): Promise<void> {
    return this.forceFlush()
  }
}
