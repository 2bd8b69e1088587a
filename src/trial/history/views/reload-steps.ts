import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { FILE_CHANGED, OBSERVE_LOAD, RELOAD_ENDED } from '../marks/reload.ts'

/** A change of the file, and what was seen until the next one. */
export interface ReloadChange {
  readonly lifetime: number
  readonly step: string
  /** What an answer must hold when the service did as it should. */
  readonly expects: string
  readonly from: number
  readonly to: number
  /** Requests that asked which configuration is in force. */
  readonly observed: readonly RequestEvent[]
}

/** The changes of a lifetime, in order. */
export function reloadChanges(lifetime: Lifetime): ReloadChange[] {
  const marks = eventsOf(lifetime, 'mark').filter(({ name }) => name === FILE_CHANGED)
  const ended = markedAt(lifetime, RELOAD_ENDED) ?? lifetime.events.at(-1)?.at ?? 0
  const observed = eventsOf(lifetime, 'request').filter(({ load }) => load === OBSERVE_LOAD)
  return marks.map(({ at: from, data }, index) => {
    const to = marks[index + 1]?.at ?? Math.max(from, ended)
    return {
      lifetime: lifetime.id,
      step: String(data['step'] ?? ''),
      expects: String(data['expects'] ?? ''),
      from,
      to,
      observed: observed.filter(({ startedAt }) => startedAt >= from && startedAt < to),
    }
  })
}

/** When the answer held what was expected for the first time; `undefined` when it never did. */
export function effectAt({ observed, expects }: ReloadChange): number | undefined {
  return observed.find(({ outcome, body }) => outcome === 'answered' && body?.includes(expects) === true)?.at
}
