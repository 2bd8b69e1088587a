import type { RequestEvent } from '../../history/client-events.ts'
import type { Abandonable } from './load-context.ts'
import type { PreparedRequest } from './prepare-request.ts'

/** One connection of a load over which whole requests are sent, whichever HTTP it speaks. */
export interface Client extends Abandonable {
  /** Whether a further request may be sent over it. */
  readonly isUsable: boolean
  /** Makes the connection without a request; true when it stands. */
  connect(): Promise<boolean>
  /** Resolves with what became of it, and never rejects. @param intendedAt when it was due, on the scale of the clock */
  send(prepared: PreparedRequest, intendedAt: number): Promise<RequestEvent>
  /** Closes as a client does that has what it wanted. */
  close(): void
  /** Goes away in the middle of a request, on purpose: what waits is `aborted`. */
  giveUp(): void
}
