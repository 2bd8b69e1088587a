import { KeepBuffer, type KeepBufferOptions } from '../sampling/keep-buffer.ts'
import { withoutThreshold } from '../sampling/ot-entry.ts'
import { REASON_ATTRIBUTE } from '../sampling/worth-keeping.ts'
import type { RecordingSpan } from './recording-span.ts'

/** The buffer of spans that are recorded in case they are worth keeping; what it keeps goes out as if it were sampled. */
export function createKeepBuffer(options: Omit<KeepBufferOptions<RecordingSpan>, 'onKept'>): KeepBuffer<RecordingSpan> {
  return new KeepBuffer<RecordingSpan>({
    ...options,
    // With which probability a span was kept that failed or was slow, nobody knows: so no threshold is claimed.
    onKept: (span, reason) =>
      span.keep(withoutThreshold(span.traceState), span.isLocalRoot ? { [REASON_ATTRIBUTE]: reason } : {}),
  })
}
