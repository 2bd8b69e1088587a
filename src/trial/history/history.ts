import type { Clock } from '../../core/clock.ts'
import type { EventKind, EventOf, HistoryEvent } from './event.ts'
import type { Lifetime, LifetimeSettings } from './lifetime.ts'

/** An event without its time: it happened now. */
export type NewEvent = HistoryEvent extends infer Event
  ? Event extends HistoryEvent
    ? Omit<Event, 'at'> & { readonly at?: number }
    : never
  : never

/** What a lifetime is begun with. */
export interface HistoryOptions {
  readonly id: number
  readonly voyage: string
  readonly label: string
  readonly settings?: LifetimeSettings
  readonly clock: Clock
  /** Time of day, in milliseconds since 1970. */
  readonly unixMs: () => number
  /** Of one kind. @default 200_000 */
  readonly maxEventsOfKind?: number
}

const DEFAULT_MAX_EVENTS_OF_KIND = 200_000

/** Writes a lifetime down while it goes on. Events are only ever added. */
export class History {
  readonly #options: HistoryOptions
  readonly #beganAt: number
  readonly #startedAtUnixMs: number
  readonly #settings: Record<string, string | number | boolean>
  readonly #events: HistoryEvent[] = []
  readonly #counts = new Map<EventKind, number>()
  readonly #listeners = new Set<(event: HistoryEvent) => void>()

  constructor(options: HistoryOptions) {
    this.#options = options
    this.#beganAt = options.clock.now()
    this.#startedAtUnixMs = options.unixMs()
    this.#settings = { ...options.settings }
  }

  /** Now, on the scale of the events. */
  now(): number {
    return this.#options.clock.now() - this.#beganAt
  }

  /** A moment of the clock, on the scale of the events. */
  at(clockMs: number): number {
    return clockMs - this.#beganAt
  }

  /** A time of day, on the scale of the events. */
  atUnixMs(unixMs: number): number {
    return unixMs - this.#startedAtUnixMs
  }

  /** Writes down what happened: now, unless it says when. */
  add(event: NewEvent): void {
    const { maxEventsOfKind = DEFAULT_MAX_EVENTS_OF_KIND } = this.#options
    const count = (this.#counts.get(event.kind) ?? 0) + 1
    this.#counts.set(event.kind, count)
    if (count > maxEventsOfKind) return
    const whole = { ...event, at: event.at ?? this.now() } as HistoryEvent
    this.#events.push(whole)
    for (const listener of this.#listeners) listener(whole)
  }

  /** Marks a moment of the procedure. */
  mark(name: string, data: LifetimeSettings = {}): void {
    this.add({ kind: 'mark', name, data })
  }

  /** Adds to what the voyage says of this lifetime. */
  set(settings: LifetimeSettings): void {
    Object.assign(this.#settings, settings)
  }

  /** Called with each event from now on. @returns ends it */
  listen(listener: (event: HistoryEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What was written so far, of one kind, in the order of writing. */
  soFar<Kind extends EventKind>(kind: Kind): EventOf<Kind>[] {
    return this.#events.filter((event): event is EventOf<Kind> => event.kind === kind)
  }

  /** Resolves with the first event from now on that `isIt` accepts, or with `undefined` after `timeoutMs`. */
  waitFor<Kind extends EventKind>(
    kind: Kind,
    isIt: (event: EventOf<Kind>) => boolean,
    timeoutMs: number,
  ): Promise<EventOf<Kind> | undefined> {
    return new Promise((resolve) => {
      const end = (event?: EventOf<Kind>): void => {
        cancel()
        forget()
        resolve(event)
      }
      const cancel = this.#options.clock.schedule(timeoutMs, () => end())
      const forget = this.listen((event) => {
        if (event.kind === kind && isIt(event as EventOf<Kind>)) end(event as EventOf<Kind>)
      })
    })
  }

  /** What was written so far, in the order of time. */
  lifetime(): Lifetime {
    const { id, voyage, label, maxEventsOfKind = DEFAULT_MAX_EVENTS_OF_KIND } = this.#options
    const dropped = [...this.#counts]
      .filter(([, count]) => count > maxEventsOfKind)
      .map(([kind, count]) => [kind, count - maxEventsOfKind])
    return {
      id,
      voyage,
      label,
      settings: { ...this.#settings },
      startedAtUnixMs: this.#startedAtUnixMs,
      events: this.#events.toSorted((one, other) => one.at - other.at),
      droppedEvents: Object.fromEntries(dropped) as Lifetime['droppedEvents'],
    }
  }
}
