import type { Cancel, Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import type { Log } from '../core/log.ts'
import { describeProgress } from './describe-progress.ts'
import type { ProgressSnapshot, ShutdownProgress } from './shutdown-progress.ts'

/** Five lines at most in the default budget: often enough for whoever watches, and no flood. */
const EVERY_MS = 5000

/**
 * While a shutdown lasts, says every few seconds what it still waits for. Nothing is said while the drain delay runs, which
 * lasts as long in the healthiest of shutdowns. What has not ended some seconds after that is a warning.
 */
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
  const tick = (): void => {
    const sinceDrainMs = progress.sinceDrainMs
    if (sinceDrainMs === undefined) {
      if (progress.phase === 'start') say(progress.snapshot())
      arm(EVERY_MS)
      return
    }
    if (sinceDrainMs < EVERY_MS) {
      arm(EVERY_MS - sinceDrainMs)
      return
    }
    say(progress.snapshot())
    arm(EVERY_MS)
  }
  const say = (snapshot: ProgressSnapshot): void => {
    const leftMs = Math.max(0, totalMs - snapshot.elapsedMs)
    const level = isLate(snapshot) ? 'warn' : 'info'
    log[level](
      { progress: { ...snapshot, leftMs: Math.round(leftMs) } },
      `${name} is shutting down for ${formatDuration(snapshot.elapsedMs)}, at most ${formatDuration(leftMs)} more: ${describeProgress(snapshot)}`,
    )
  }
  const arm = (delayMs: number): void => {
    cancel = clock.schedule(delayMs, tick, { keepAlive: false })
  }
  arm(EVERY_MS)
  return () => cancel()
}

/** Work that is open, or a component that does not stop: it may have to be cut. */
function isLate({ phase, openCount, running }: ProgressSnapshot): boolean {
  if (phase === 'start') return false
  return openCount > 0 || (phase === 'stop' && running.length > 0)
}
