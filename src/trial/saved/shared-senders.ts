import type { HistoryEvent } from '../history/event.ts'
import type { Sender } from '../history/telemetry-events.ts'

/**
 * Gives events with equal senders the same one. Of a lifetime that is judged and of one that is read again, so that it is
 * the same objects that are the same in both: else a judge could tell them apart, and what is said of tens of thousands of
 * events would be held as often.
 */
export class SharedSenders {
  readonly #senders = new Map<string, Sender>()

  share(event: HistoryEvent): HistoryEvent {
    if (!('sender' in event)) return event
    const key = JSON.stringify(event.sender)
    const known = this.#senders.get(key)
    if (known === event.sender) return event
    if (known !== undefined) return { ...event, sender: known }
    this.#senders.set(key, event.sender)
    return event
  }
}
