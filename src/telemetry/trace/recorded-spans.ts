import { KeepBuffer, type KeepBufferOptions } from '../sampling/keep-buffer.ts'
import type { LocalTree } from '../sampling/local-tree.ts'
import { withoutThreshold } from '../sampling/ot-entry.ts'
import { REASON_ATTRIBUTE } from '../sampling/worth-keeping.ts'
import type { RecordingSpan } from './recording-span.ts'

/**
 * Where spans go that are recorded but not sampled: it keeps them until the local root has ended, and then keeps all of
 * that root ({@link RecordingSpan.keep}) or forgets them.
 */
export interface RecordedSpans {
  /** For a local root; the root and all spans below it share what it gives. */
  open(slowerThanMs?: number): LocalTree<RecordingSpan>
  /** Each span once, at its end; children mostly come before their root. Must not throw. */
  onEnd(span: RecordingSpan): void
}

/** The buffer of spans that are recorded in case they are worth keeping; what it keeps goes out as if it were sampled. */
export function createKeepBuffer(options: Omit<KeepBufferOptions<RecordingSpan>, 'onKept'>): KeepBuffer<RecordingSpan> {
  return new KeepBuffer<RecordingSpan>({
    ...options,
    // With which probability a span was kept that failed or was slow, nobody knows: so no threshold is claimed.
    onKept: (span, reason) =>
      span.keep(withoutThreshold(span.traceState), span.isLocalRoot ? { [REASON_ATTRIBUTE]: reason } : {}),
  })
}
