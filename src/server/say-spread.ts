import type { Cancel, Clock } from '../core/clock.ts'

/** Calls `say` for each of `items`, evenly over `spreadMs`, the first at once. @returns a function that stops it */
export function saySpread<T>(clock: Clock, items: readonly T[], spreadMs: number, say: (item: T) => void): Cancel {
  let cancel: Cancel = () => {}
  const stepMs = spreadMs / items.length
  const sayNext = (from: number): void => {
    let index = from
    while (index < items.length) {
      say(items[index] as T)
      index++
      if (stepMs > 0) break
    }
    if (index < items.length) cancel = clock.schedule(stepMs, () => sayNext(index))
  }
  sayNext(0)
  return () => cancel()
}
