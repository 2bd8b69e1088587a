import type { Cancel, Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import type { Log } from '../core/log.ts'
import { describeProgress } from './describe-progress.ts'
import type { ShutdownProgress } from './shutdown-progress.ts'

/** Five lines at most in the default budget: often enough for whoever watches, and no flood. */
const EVERY_MS = 5000

/** While a shutdown lasts, says every few seconds what it still waits for. */
export function sayProgress(
  progress: ShutdownProgress,
  {
    clock,
    log,
    name,
    totalMs,
  }: { readonly clock: Clock; readonly log: Log; readonly name: string; readonly totalMs: number },
): Cancel {
  let cancel: Cancel
  const say = (): void => {
    const snapshot = progress.snapshot()
    const leftMs = Math.max(0, totalMs - snapshot.elapsedMs)
    log.info(
      { progress: { ...snapshot, leftMs: Math.round(leftMs) } },
      `${name} is shutting down for ${formatDuration(snapshot.elapsedMs)}, at most ${formatDuration(leftMs)} more: ${describeProgress(snapshot)}`,
    )
    arm()
  }
  const arm = (): void => {
    cancel = clock.schedule(EVERY_MS, say, { keepAlive: false })
  }
  arm()
  return () => cancel()
}
