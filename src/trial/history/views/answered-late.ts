import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** How many answers it takes to tell what became of those of the last moment. */
export const NEEDED_LATE = 20
/**
 * What was answered so shortly before the end is most probably still in a batch, which is sent every 5 s: unless it is
 * flushed, it is lost.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor
 */
export const LAST_MS = 2000
/**
 * A service that lived on for so long after its last answer, such as one that sleeps behind a closed door, has sent its last
 * batch by its timer, nine times of ten if its delay is the stock one: what is missing then is lost for another reason, and
 * where nothing is, nothing gets lost. Between the two it would be luck.
 */
const SENT_BY_TIMER_MS = 4500
/** The last answers are still on the wire when the process ends. */
const ARRIVAL_MS = 1000

/** What was answered last before the process ended. */
export interface LateAnswers {
  /** How many were answered in the last {@link LAST_MS} before the end. */
  readonly count: number
  /** How many were answered in the {@link LAST_MS} up to the last answer. */
  readonly countAtLast: number
  /** From the last answer to the end; endless when nothing was answered or the end was not seen. */
  readonly silentMs: number
}

export function lateAnswersOf(lifetime: Lifetime): LateAnswers {
  const [exit] = eventsOf(lifetime, 'exited')
  const answered =
    exit === undefined
      ? []
      : eventsOf(lifetime, 'request').filter(({ outcome, at }) => outcome === 'answered' && at <= exit.at + ARRIVAL_MS)
  const lastAt = Math.max(-Infinity, ...answered.map(({ at }) => at))
  const countFrom = (from: number): number => answered.filter(({ at }: RequestEvent) => at >= from).length
  const endedAt = exit?.at ?? Infinity
  return { count: countFrom(endedAt - LAST_MS), countAtLast: countFrom(lastAt - LAST_MS), silentMs: endedAt - lastAt }
}

/** Whether the batches of what was answered last were due before the end, so that a flush at the end is not shown. */
export function isSentByTimer({ count, countAtLast, silentMs }: LateAnswers): boolean {
  return count < NEEDED_LATE && countAtLast >= NEEDED_LATE && silentMs >= SENT_BY_TIMER_MS
}

/** Why too little was answered late to tell; for the middle of a sentence. */
export function tooFewLate({ count }: LateAnswers): string {
  return `${count} requests were answered in the last ${LAST_MS} ms before the end, and it takes ${NEEDED_LATE}`
}

/** What a service shows that was silent before its end; for the middle of a sentence. */
export function silenceWords({ silentMs }: LateAnswers): string {
  return `the last answer came ${(silentMs / 1000).toFixed(1)} s before the end, when its batches were due anyway: nothing got lost, and whether it flushes at its end is not shown`
}
