import { eventsOf, type Lifetime } from '../lifetime.ts'

/**
 * How late we were ourselves at most between two moments, in milliseconds: with sending, with our own event loop, or with
 * the answer of the control service. What takes that long may be the machine's doing and not the service's.
 */
export function harnessLatenessMs(lifetime: Lifetime, from = -Infinity, to = Infinity): number {
  const noise = eventsOf(lifetime, 'noise').filter(({ at, startedAt }) => at >= from && startedAt <= to)
  return Math.max(
    0,
    ...noise.flatMap(({ latenessMs, loopDelayMs, controlMs = 0 }) => [latenessMs, loopDelayMs, controlMs]),
  )
}
