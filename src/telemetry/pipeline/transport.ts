import type { ExportOutcome } from './export-outcome.ts'

/** One attempt to deliver one request body. */
export interface SendOptions {
  /** Ends the attempt at once; the outcome is then `retry`, unless the collector has said yes already. */
  readonly signal: AbortSignal
  /** Of the whole attempt: name lookup, connecting, TLS, writing, and the answer to its last byte. */
  readonly timeoutMs: number
}

/** The way of one signal to its collector. Holds connections; opens the first one with the first attempt. */
export interface Transport {
  /** @param body chunks that laid end to end are the request. Never rejects and always settles, at `timeoutMs` at the latest. */
  send(body: readonly Uint8Array[], options: SendOptions): Promise<ExportOutcome>
  /** Lets go of all connections at once; attempts under way end as `retry`. */
  close(): void
}
