import type { Clock } from '../../src/core/clock.ts'
import type { JournalEntry, RequestJournal } from '../../src/load/request-journal.ts'
import type { RawWebSocket } from '../../src/load/raw-web-socket.ts'
import type { KeptConnection } from '../../src/load/steady-client.ts'
import { ENDPOINT_LAG_MS } from './settings.ts'
import type { Variant } from './variants.ts'

/** What a scenario works with. */
export interface Stage {
  readonly clock: Clock
  readonly journal: RequestJournal
  /** A new connection to the service; nothing is on the wire until it is used. */
  readonly connect: () => KeptConnection
  /** A new WebSocket that sends a message as soon as the last one came back. */
  readonly openWebSocket: () => RawWebSocket
  /** What a request says when its connection is not to be kept. HTTP/2 has no word for it. */
  readonly lastOne: Readonly<Record<string, string>>
  /** 0 to 1, the same for the same seed. */
  readonly random: () => number
  /** Aborted when the endpoint lag is over. */
  readonly lag: AbortSignal
  /** Aborted when the clients give up. */
  readonly patience: AbortSignal
}

/** Clients at work. */
export interface Play {
  /** Connections that stand, have served a request, and carry none at this moment. */
  readonly idle: () => number
  /** Called with SIGTERM; resolves when every client is done and every request settled. */
  readonly goOn: () => Promise<void>
}

/** Something that clients do while a service is told to stop. */
export interface Scenario {
  readonly id: string
  readonly title: string
  /** Who the clients are and what they do, for the page. */
  readonly what: string
  /** Which services it is for. */
  readonly isFor: (variant: Variant) => boolean
  readonly wireDelaysMs: readonly number[]
  /** What must be so at SIGTERM for a run to count. */
  readonly precondition: { readonly inFlight: number; readonly idle: number }
  /** Resolves when the precondition should hold. */
  readonly begin: (stage: Stage) => Promise<Play>
  /** Set where no server can save every request: what is lost there breaks no promise. */
  readonly isResidue?: true
  /** Which requests count, by what became of them and when they were sent, in milliseconds from SIGTERM. */
  readonly counts: (entry: JournalEntry, sentMs: number) => boolean
}

/** Every request counts, a refused one, too. */
export const everyRequest = (): boolean => true
/** A refused connection counts for nothing: nobody would have sent it there. */
export const everyConnected = ({ result }: JournalEntry): boolean => result?.outcome !== 'refused'
/** Every request counts that was sent before the endpoint lag was over; a timer can fire late. */
export const everyWithinLag = (_entry: JournalEntry, sentMs: number): boolean => sentMs <= ENDPOINT_LAG_MS
