import type { EventKind, EventOf, HistoryEvent } from './event.ts'

/** One life of the service under trial, from its start to its end, as it was written down. */
export interface Lifetime {
  /** Counted from 0 in the whole trial. */
  readonly id: number
  /** Which voyage it was part of. */
  readonly voyage: string
  /** What tells it from the others of its voyage, such as `cycle 2` or `collector refused`. */
  readonly label: string
  /** What the voyage set for it: read by the judges. */
  readonly settings: LifetimeSettings
  /** Time of day at which `at` is 0, in milliseconds since 1970. */
  readonly startedAtUnixMs: number
  /** In the order of `at`. */
  readonly events: readonly HistoryEvent[]
  /** Events that were not written down because there were too many, by kind. */
  readonly droppedEvents: Readonly<Partial<Record<EventKind, number>>>
}

/** Plain values that a voyage says of a lifetime. */
export type LifetimeSettings = Readonly<Record<string, string | number | boolean>>

/** The events of one kind, in order. */
export function eventsOf<Kind extends EventKind>({ events }: Pick<Lifetime, 'events'>, kind: Kind): EventOf<Kind>[] {
  return events.filter((event): event is EventOf<Kind> => event.kind === kind)
}

/** When something was marked for the first time; `undefined` when it never was. */
export function markedAt(lifetime: Pick<Lifetime, 'events'>, name: string): number | undefined {
  return eventsOf(lifetime, 'mark').find((mark) => mark.name === name)?.at
}
