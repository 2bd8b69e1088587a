import type { FinalFlush } from '../core/final-flush.ts'
import type { Logging } from '../logging/logging.ts'

/** Of the slice; the rest is left to say what has become of it. */
const WAITING_SHARE = 0.9

/**
 * Has the flush of a shutdown wait for the reader of the log as it does for the collector, where lines wait for one. What
 * comes afterwards, and what still waits then, has a part of the margin: see `closeCore`. Where none wait, a report has
 * nothing to tell.
 */
export function flushWaitingLines(finalFlush: FinalFlush, logging: Logging): void {
  if (logging.counts.bufferedLines === 0) return
  const remove = finalFlush.add({
    name: 'log',
    async flush(limitMs) {
      remove()
      const { complete, bufferedBytes } = await logging.flush(limitMs * WAITING_SHARE)
      return { complete, details: { waitingLines: logging.counts.bufferedLines, waitingBytes: bufferedBytes } }
    },
  })
}
