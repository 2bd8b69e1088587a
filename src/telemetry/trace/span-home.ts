import type { SpanLimits } from '../env/limits-env.ts'
import type { InstrumentationScope } from '../encode/chunk-frame.ts'
import type { OpenChunk } from '../encode/open-chunk.ts'
import type { FinishedSpan } from './processed-span.ts'
import type { RandomWords } from './random-words.ts'
import type { ReadableResource } from './readable-resource.ts'
import type { RecordedSpans } from './recorded-spans.ts'
import type { SpanClock } from './span-clock.ts'
import type { SpanProcessors } from './span-processor.ts'

/** What a span needs while it lasts. */
export interface SpanSurroundings {
  readonly limits: SpanLimits
  readonly clock: SpanClock
  readonly random: RandomWords
}

/** What all spans of a tracer share. */
export interface SpanHome<S extends FinishedSpan> extends SpanSurroundings {
  readonly scope: InstrumentationScope
  readonly resource: ReadableResource
  readonly processors: SpanProcessors<S>
  /** Where sampled spans are encoded; `undefined` where nothing is exported. */
  readonly chunk: OpenChunk | undefined
  readonly recorded: RecordedSpans<S> | undefined
}
