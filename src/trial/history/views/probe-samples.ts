import type { ProbeEvent, ProbeName } from '../event.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** Answers of one probe to questions that were asked from `from` to before `to`, in the order of the questions. */
export function probesOf(lifetime: Lifetime, probe: ProbeName, from = -Infinity, to = Infinity): ProbeEvent[] {
  return eventsOf(lifetime, 'probe')
    .filter((event) => event.probe === probe && event.startedAt >= from && event.startedAt < to)
    .toSorted((one, other) => one.startedAt - other.startedAt)
}

/** How long the answer took, in milliseconds; endless when none came. */
export function tookMs({ at, startedAt, status }: ProbeEvent): number {
  return status === undefined ? Infinity : at - startedAt
}
