import type { ManualClock } from '../../src/core/manual-clock.ts'

/**
 * Lets time pass until `end` is settled: a millisecond after some turns of the event loop each, so that whatever happens
 * on sockets meanwhile happens in time. Whoever lives by this clock is never late, however slow the machine is.
 */
export async function passTime<T>(clock: ManualClock, end: Promise<T>): Promise<T> {
  let isOver = false
  const over = (): void => void (isOver = true)
  end.then(over, over)
  while (!isOver) await clock.advance(1)
  return end
}
