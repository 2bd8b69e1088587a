import type { DropReason } from './signal-account.ts'

/** What an operator should hear of, once a minute at most: it is the listener that holds back. */
export type QueueTrouble =
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly count: number; readonly detail?: string }
  | {
      readonly kind: 'retrying'
      readonly reason: string
      /** Undelivered items, wherever they wait. */
      readonly pending: number
      /** How many of them are on disk. @default 0 */
      readonly spooled?: number
    }
  | { readonly kind: 'rejected'; readonly count: number; readonly detail: string }
  /** What a collector says that has taken everything; or, `isDoubtful`, an answer that does not look like one's. */
  | { readonly kind: 'remark'; readonly text: string; readonly isDoubtful: boolean }
  | { readonly kind: 'recovered'; readonly pending: number }
