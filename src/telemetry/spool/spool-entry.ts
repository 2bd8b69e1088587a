import type { Signal } from '../../otlp/model.ts'
import type { SpooledChunk } from '../pipeline/spool.ts'
import type { Segment } from './segment.ts'

/** `waiting` to be written · `stored` on disk · `over`: settled, evicted, refused, or another's by now. */
export type EntryState = 'waiting' | 'stored' | 'over'

/** A chunk in the index: about 130 bytes of heap each (measured), which is why their number is bounded. */
export class SpoolEntry implements SpooledChunk {
  readonly signal: Signal
  readonly items: number
  readonly byteLength: number
  readonly since: number
  /** Only until they are on disk. */
  bytes: Uint8Array | undefined
  state: EntryState
  /** Where it lies. A chunk that is being rescued out of a deleted file is waiting and has a place as well. */
  segment: Segment | undefined
  /** Offset of its record in the segment. */
  position = 0

  constructor(signal: Signal, items: number, byteLength: number, since: number, bytes: Uint8Array | undefined) {
    this.signal = signal
    this.items = items
    this.byteLength = byteLength
    this.since = since
    this.bytes = bytes
    this.state = bytes === undefined ? 'stored' : 'waiting'
    this.segment = undefined
  }
}
