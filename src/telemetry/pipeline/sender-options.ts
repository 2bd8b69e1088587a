import type { Clock } from '../../core/clock.ts'
import type { BatchLimits } from './batch-limits.ts'
import type { MemoryBound } from './memory-bound.ts'
import type { ParcelBooks } from './parcel-books.ts'
import type { QueueTrouble } from './queue-trouble.ts'
import type { Spool } from './spool.ts'
import type { Transport } from './transport.ts'

/** What a sender of one signal is made of. */
export interface SignalSenderOptions {
  readonly clock: Clock
  readonly transport: Transport
  readonly limits: BatchLimits
  /** Of one attempt. */
  readonly timeoutMs: number
  /** Strictly one after the other, oldest first: what a collector takes out of order it may reject. */
  readonly isOrdered: boolean
  readonly books: ParcelBooks
  readonly memory: MemoryBound
  readonly spool: Spool | undefined
  readonly onTrouble: (trouble: QueueTrouble) => void
  /** Whether nobody has asked for a collector, and none has ever been there. */
  readonly isUnasked: () => boolean
  /** Runs something in a context that belongs to no request. */
  readonly detached: <R>(work: () => R) => R
  readonly random: () => number
}
