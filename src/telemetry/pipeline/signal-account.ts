/** Why items were dropped here, before or instead of a delivery. Each has its own count. */
export type DropReason =
  /** The queue was full; the newest is dropped, so that what already waits keeps its order. */
  | 'queue_full'
  /** The collector refused the batch for good: HTTP 400, `INVALID_ARGUMENT`. Another attempt could only fail again. */
  | 'refused'
  /** The exporter itself failed, such as on data that it cannot encode. */
  | 'failed'
  /** One item was larger than any collector takes. */
  | 'too_large'
  /** The time of the final flush was over. */
  | 'flush_limit'
  /** Nobody listens at the address that nobody configured: the final flush gave up after one attempt. */
  | 'no_collector'
  /** Created after the final flush. */
  | 'closed'

/**
 * Where the items of one signal went. It always balances:
 * `created = delivered + rejected + every dropped + pending`.
 *
 * Items are spans, log records, and for metrics data points, counted when they are collected.
 */
export interface SignalAccount {
  readonly created: number
  /** Accepted by the collector. */
  readonly delivered: number
  /** Taken by the collector and rejected there: its "partial success". */
  readonly rejected: number
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>
  /** Waiting or on their way. */
  readonly pending: number
}

/** Nothing happened yet: the account of a signal that is switched off. */
export const EMPTY_ACCOUNT: SignalAccount = { created: 0, delivered: 0, rejected: 0, dropped: {}, pending: 0 }

/** How many items of an account were lost, wherever. */
export function lostCount(account: SignalAccount): number {
  let lost = account.rejected
  for (const count of Object.values(account.dropped)) lost += count
  return lost
}
