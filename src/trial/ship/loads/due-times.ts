import type { Cancel } from '../../../core/clock.ts'
import type { ActiveLoad } from './active-load.ts'
import type { LoadContext } from './load-context.ts'

/**
 * Calls `onDue` so many times a second, whatever the service does, until the load sends no more. Each is due at a random
 * moment of its own interval, so that loads of the same rate do not all fall together.
 */
export function callWhenDue(
  { clock, random, lateness }: LoadContext,
  load: ActiveLoad,
  perSecond: number,
  onDue: (dueAt: number) => void,
): void {
  if (perSecond <= 0) return
  const intervalMs = 1000 / perSecond
  const beganAt = clock.now()
  let count = 0
  let dueAt = beganAt + random.ratio() * intervalMs
  let cancel: Cancel = () => {}
  load.onSendingEnds(() => cancel())
  const sendAllDue = (): void => {
    for (;;) {
      if (!load.isSending) return
      const waitMs = dueAt - clock.now()
      if (waitMs > 0) {
        cancel = clock.schedule(waitMs, sendAllDue)
        return
      }
      lateness.add(-waitMs)
      onDue(dueAt)
      count++
      dueAt = beganAt + (count + random.ratio()) * intervalMs
    }
  }
  sendAllDue()
}
