import type { Cancel, Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import type { Log } from '../core/log.ts'
import { describeProgress } from '../lifecycle/describe-progress.ts'
import { describeReason } from '../lifecycle/shutdown-report.ts'
import type { BegunShutdown } from '../service/shutdown-guard.ts'

/** After the drain delay: most requests end within it, and then there is nothing to say. */
const PATIENCE_MS = 1000

/**
 * Says once that a shutdown is under way and what it waits for, when it takes longer than its drain delay. What is said
 * at its beginning is below the level of the log here, and without this line a stop that hangs would look like none.
 */
export function tellSlowStop(
  { reason, budget, progress }: BegunShutdown,
  { clock, log, name }: { readonly clock: Clock; readonly log: Log; readonly name: string },
): Cancel {
  return clock.schedule(budget.drainDelayMs + PATIENCE_MS, () => {
    const snapshot = progress.snapshot()
    const began = reason.kind === 'signal' ? `received ${reason.signal}` : `began to stop (${describeReason(reason)})`
    log.warn(
      { progress: snapshot },
      `${name} ${began} ${formatDuration(snapshot.elapsedMs)} ago and has not ended: ${describeProgress(snapshot)}`,
    )
  })
}
