import { type Context, diag } from '@opentelemetry/api'
import type { FinishedSpan, ProcessedSpan } from './processed-span.ts'

/**
 * A span processor as the SDK for JavaScript has them (`@opentelemetry/sdk-trace` 3): those of third parties work here
 * as they are.
 *
 * @see https://opentelemetry.io/docs/specs/otel/trace/sdk/#span-processor
 */
export interface SpanProcessor<S = ProcessedSpan> {
  onStart(span: S, parentContext: Context): void
  /** The span can still be changed. */
  onEnding?(span: S): void
  onEnd(span: FinishedSpan): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** Calls the processors that somebody has added, one after the other. What one throws reaches nobody else. */
export class SpanProcessors<S extends FinishedSpan> {
  readonly #list: SpanProcessor<S>[] = []

  /** Whether there are any, so that a span without them need not ask further. */
  get any(): boolean {
    return this.#list.length > 0
  }

  add(processor: SpanProcessor<S>): void {
    this.#list.push(processor)
  }

  onStart(span: S, parentContext: Context): void {
    for (const processor of this.#list) {
      try {
        processor.onStart(span, parentContext)
      } catch (error) {
        warn('onStart', error)
      }
    }
  }

  onEnding(span: S): void {
    for (const processor of this.#list) {
      try {
        processor.onEnding?.(span)
      } catch (error) {
        warn('onEnding', error)
      }
    }
  }

  onEnd(span: S): void {
    for (const processor of this.#list) {
      try {
        processor.onEnd(span)
      } catch (error) {
        warn('onEnd', error)
      }
    }
  }

  /** Begins all flushes. Each that fails is in the result; none is waited for longer because of another. */
  async forceFlush(): Promise<readonly unknown[]> {
    return failures(this.#list.map(async (processor) => processor.forceFlush()))
  }

  async shutdown(): Promise<readonly unknown[]> {
    return failures(this.#list.map(async (processor) => processor.shutdown()))
  }
}

async function failures(calls: readonly Promise<void>[]): Promise<readonly unknown[]> {
  const settled = await Promise.allSettled(calls)
  return settled.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
}

function warn(method: string, error: unknown): void {
  diag.error(`${method} of a span processor threw ${error instanceof Error ? error.name : typeof error}`, error)
}
