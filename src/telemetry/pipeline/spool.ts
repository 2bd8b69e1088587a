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
  /** Chunks that an earlier process left behind are this process's to send, oldest first. */
  adopted(chunks: readonly SpooledChunk[]): void
}

/** Keeps chunks on disk until they are delivered. No method throws; what goes wrong is told to the listener. */
export interface Spool {
  /** Puts it on disk soon: the write begins in this turn of the loop or, while another is under way, right after it. */
  append(chunk: Chunk): SpooledChunk
  /** The bytes; `undefined` where they can no longer be read (the chunk is then gone and counts as `spool_damaged`). */
  read(chunk: SpooledChunk): Promise<Uint8Array | undefined>
  /** Delivered, or never to be sent again for another reason: need not be kept. */
  settle(chunk: SpooledChunk): void
  /** When everything appended so far is stored, or not to be stored. */
  flush(): Promise<void>
  /** The same, synchronously: for the `exit` of a process. Chunks appended after it are written at once as well. */
  flushNow(): void
  /** Leaves what is unsettled to the next process, and lets go of the directory. */
  close(): Promise<void>
}
