import type { Cancel, Clock } from '../core/clock.ts'

/** The longest delay a timer of Node takes, 24.8 days; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Keeps the process alive until the returned function is called. Signal listeners don't: a program that only waits for
 * a signal would end with Node's exit code 13.
 *
 * @see https://nodejs.org/api/process.html#exit-codes
 */
export function keepAlive(clock: Clock): Cancel {
  let cancel: Cancel
  const arm = (): void => {
    cancel = clock.schedule(LONGEST_TIMER_MS, arm)
  }
  arm()
  return () => cancel()
}
