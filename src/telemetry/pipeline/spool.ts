import type { Signal } from '../../otlp/model.ts'
import type { Chunk } from './chunk.ts'

/** A chunk as the spool knows it. The object itself is the key; only the spool knows where its bytes lie. */
export interface SpooledChunk {
  readonly signal: Signal
  readonly items: number
  readonly byteLength: number
  /** When its first item came in, on the scale of the clock. */
  readonly since: number
}

export type EvictionReason = 'spool_full' | 'spool_age'

export interface SpoolListener {
  /** The bytes are in the operating system's hands: the end of this process, however violent, does not lose them. */
  stored(chunk: SpooledChunk): void
  /** The bytes could not be written (disk full, unwritable): the chunk lives in memory only. */
  notStored(chunk: SpooledChunk, reason: string): void
  /** An old chunk had to go, unsent: it no longer is on disk. */
  evicted(chunk: SpooledChunk, reason: EvictionReason): void
  /** Chunks that an earlier process left behind are this process's to send, oldest first. Comes in several calls. */
  adopted(chunks: readonly SpooledChunk[]): void
  /** Items that an earlier process left behind cannot be read any more: they were never `adopted`. */
  damaged?(signal: Signal, items: number): void
  /**
   * Another process has taken these over, because this one stood still for so long that it looked dead. They are on disk
   * and that process sends them: they are no longer this one's to send, to settle, or to count otherwise than as spooled.
   */
  left?(chunks: readonly SpooledChunk[]): void
  /** The disk takes chunks again after it did not. Those that were not stored may be appended once more. */
  writable?(): void
}

/**
 * Keeps chunks on disk until they are delivered. No method throws; what goes wrong is told to the listener, which is
 * never called within `append`, `settle` or `read`, and which hears nothing more of a chunk once it is settled.
 *
 * Each chunk is delivered at least once: what was delivered within the last 20 ms or so before a violent end may be
 * delivered again by the next process, because a write to disk says that it was. So may what was on its way then.
 */
export interface Spool {
  /**
   * Puts it on disk, at the latest when its first item is 100 ms old, or while another write is under way right after it:
   * what is settled by then is never written.
   *
   * @param isUrgent the write begins in this turn of the loop
   */
  append(chunk: Chunk, isUrgent?: boolean): SpooledChunk
  /** The bytes; `undefined` where they can no longer be read (the chunk is then gone and counts as `spool_damaged`). */
  read(chunk: SpooledChunk): Promise<Uint8Array | undefined>
  /**
   * Delivered, or never to be sent again for another reason: need not be kept.
   *
   * @param isReplaced by what was appended just before: where it is on disk, it stays there until that is
   */
  settle(chunk: SpooledChunk, isReplaced?: boolean): void
  /** When everything appended so far is stored, or not to be stored. */
  flush(): Promise<void>
  /** The same, synchronously: for the `exit` of a process. Chunks appended after it are written at once as well. */
  flushNow(): void
  /** Leaves what is unsettled to the next process, and lets go of the directory. What is appended later is not stored. */
  close(): Promise<void>
  /**
   * `flushNow()` and `close()` in one, synchronously, for the `exit` of a process. The next process then adopts at once,
   * in another container as well, where it would wait 18 s for a heartbeat. What is appended later, by others who hear of
   * the end after us, is written at once to a place of its own, and waits for that.
   */
  closeNow?(): void
  /** Why chunks are not stored at present; `undefined` while they are. */
  readonly failure?: string | undefined
  /** What it takes on disk. */
  readonly byteLength?: number
}
