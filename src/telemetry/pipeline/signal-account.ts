/** Why items were dropped here, before or instead of a delivery. Each has its own count. */
export type DropReason =
  /** What may wait in memory was full; the newest is dropped, so that what already waits keeps its order. */
  | 'queue_full'
  /** What may wait on disk was full; the oldest is dropped. */
  | 'spool_full'
  /** Waited on disk for as long as anything may. */
  | 'spool_age'
  /** Was on disk and could not be read back. */
  | 'spool_damaged'
  /** The collector refused them for good: HTTP 400, `INVALID_ARGUMENT`. Another attempt could only fail again. */
  | 'refused'
  /** Too large to be sent at all, or for the collector (HTTP 413), in the smallest request that was tried. */
  | 'too_large'
  /** Could not be encoded. */
  | 'encode_failed'
  /** What sends them failed itself. */
  | 'failed'
  /** The time of the final flush was over, and nothing keeps them for the next process. */
  | 'flush_limit'
  /** The process ended at once (`process.exit()`, an exception that nobody caught), and nothing keeps them for the next one. */
  | 'exit'
  /** Nobody listens at the address that nobody configured: the final flush gave up after one attempt. */
  | 'no_collector'
  /** Created after the final flush. */
  | 'closed'

/**
 * Where the items of one signal went. It balances at every moment:
 * `created = delivered + rejected + spooled + every dropped + pending`.
 *
 * Items are spans, log records, and for metrics data points, counted when they are collected.
 */
export interface SignalAccount {
  /** Here, or by an earlier process that could not deliver them. */
  readonly created: number
  /** How many of the created were taken over from earlier processes; absent when there were none. */
  readonly adopted?: number
  /** Accepted by the collector. */
  readonly delivered: number
  /** Taken by the collector and rejected there: its "partial success". */
  readonly rejected: number
  /** On disk and not delivered: however this process ends, the next one has them. */
  readonly spooled: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** In memory only, waiting or on their way: what a SIGKILL would lose now. */
  readonly pending: number
}

/** Nothing happened yet: the account of a signal that is switched off. */
export const EMPTY_ACCOUNT: SignalAccount = {
  created: 0,
  delivered: 0,
  rejected: 0,
  spooled: 0,
  dropped: {},
  pending: 0,
}

/** How many items of an account were lost, wherever. What is on disk is not. */
export function lostCount(account: SignalAccount): number {
  let lost = account.rejected
  for (const count of Object.values(account.dropped)) lost += count
  return lost
}
