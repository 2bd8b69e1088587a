import type { RecordingSpan } from './recording-span.ts'

/**
 * Where spans go that are recorded but not sampled: it keeps them until the local root has ended, and then keeps all of
 * that root ({@link RecordingSpan.keep}) or forgets them. `span.local` is the same object for all spans below one local
 * root, `span.isLocalRoot` tells the root, `span.local.verdict` is what the sampler said about it.
 */
export interface RecordedSpans {
  /** Each span once, at its end; children mostly come before their root. Must not throw. */
  onEnd(span: RecordingSpan): void
}
