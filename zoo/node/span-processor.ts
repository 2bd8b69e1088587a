import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'

/** A processor of spans out of what is done with one that has ended, and of what is left at the end. */
export function processor(
  onEnd: (span: ReadableSpan) => void,
  flush: () => Promise<void> = async () => {},
): SpanProcessor {
  return { onStart() {}, onEnd, forceFlush: flush, shutdown: flush }
}
