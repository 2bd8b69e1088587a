import type { Clock } from '../../core/clock.ts'
import type { ExportBatch, ExportOutcome } from './export-outcome.ts'

/** What becomes of a batch, including that the exporter itself is broken. */
export type SettledExport = ExportOutcome | { readonly kind: 'threw'; readonly reason: string }

/**
 * One attempt. Settles exactly once, whatever the exporter does, at the latest at its time limit or when `abort` is
 * aborted; both count as worth another attempt. A result that comes later counts for nothing.
 */
export function exportOnce<T>(
  exportBatch: ExportBatch<T>,
  batch: readonly T[],
  abort: AbortController,
  { clock, limitMs }: { readonly clock: Clock; readonly limitMs: number },
): Promise<SettledExport> {
  return new Promise((resolve) => {
    const giveUp = (): void => abort.abort(`no result within ${limitMs} ms`)
    const cancel = clock.schedule(limitMs, giveUp, { keepAlive: false })
    const settle = (outcome: SettledExport): void => {
      cancel()
      resolve(outcome)
    }
    abort.signal.addEventListener('abort', () => settle({ kind: 'retry', reason: String(abort.signal.reason) }))
    try {
      exportBatch(batch, settle, abort.signal)
    } catch (error) {
      settle({ kind: 'threw', reason: String(error) })
    }
  })
}
