import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** Requests that were answered in the last `withinMs` before the process ended; empty when its end was not seen. */
export function answeredBeforeExit(lifetime: Lifetime, withinMs: number): RequestEvent[] {
  const [exit] = eventsOf(lifetime, 'exited')
  if (exit === undefined) return []
  return eventsOf(lifetime, 'request').filter(
    ({ outcome, at }) => outcome === 'answered' && at >= exit.at - withinMs && at <= exit.at + ARRIVAL_MS,
  )
}

/** The last answers are still on the wire when the process ends. */
const ARRIVAL_MS = 1000
