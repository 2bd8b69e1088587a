import type { Clock } from '../core/clock.ts'
import type { RawRequest, RawResult } from './raw-request.ts'

/** One request of a trial: when it was sent, by whom, and what became of it. */
export interface JournalEntry {
  /** Who sent it, such as `keep-alive 3`. */
  readonly client: string
  readonly path: string
  /** When the client began to send, on the scale of the journal's clock. */
  readonly startedAt: number
  /** Absent while the request is open. */
  result?: RawResult
}

/** What sends a request and says what became of it: a connection of HTTP/1.1, a stream of HTTP/2. */
export interface RequestSender {
  request(request: RawRequest): Promise<RawResult>
}

/** Enough for ten minutes at 1,000 a second. */
const DEFAULT_MAX_ENTRIES = 600_000

/**
 * Writes down every request of every client of a trial, open ones included, so that each loss can be looked at: when it
 * was sent relative to a signal, on which use of its connection, and when the server closed.
 */
export class RequestJournal {
  readonly #clock: Clock
  readonly #maxEntries: number
  readonly #entries: JournalEntry[] = []
  #inFlight = 0
  #dropped = 0

  /** @param maxEntries how many requests are written down; more are sent all the same, and counted as {@link dropped} */
  constructor(clock: Clock, maxEntries: number = DEFAULT_MAX_ENTRIES) {
    this.#clock = clock
    this.#maxEntries = maxEntries
  }

  /** In the order in which they were sent. */
  get entries(): readonly JournalEntry[] {
    return this.#entries
  }

  /** Requests sent and not settled. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Requests that were not written down, because the journal is full. */
  get dropped(): number {
    return this.#dropped
  }

  async send(client: string, sender: RequestSender, request: RawRequest): Promise<RawResult> {
    const entry: JournalEntry = { client, path: request.path, startedAt: this.#clock.now() }
    if (this.#entries.length < this.#maxEntries) this.#entries.push(entry)
    else this.#dropped++
    this.#inFlight++
    try {
      entry.result = await sender.request(request)
      return entry.result
    } finally {
      this.#inFlight--
    }
  }
}
