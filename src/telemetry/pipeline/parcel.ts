import type { Signal } from '../../otlp/model.ts'
import type { DropReason } from './signal-account.ts'
import type { SpooledChunk } from './spool.ts'

/**
 * Where a parcel is. `kept`: it lies on disk for the next process, nobody sends it any more. `gone`: it is in the books
 * elsewhere, and whoever still holds it does nothing with it.
 */
export type ParcelState = 'waiting' | 'sending' | 'kept' | 'gone'

interface ParcelOrigin {
  readonly signal: Signal
  readonly items: number
  readonly byteLength: number
  readonly since: number
}

/** A chunk on its way through the outbox: where its bytes are, and what is known of it. */
export class Parcel {
  readonly signal: Signal
  readonly items: number
  readonly byteLength: number
  readonly since: number
  /** Rises with each parcel of a signal: the order in which they are sent. */
  readonly sequence: number
  readonly isAdopted: boolean
  state: ParcelState = 'waiting'
  bytes: Uint8Array | undefined = undefined
  /** What the spool knows it by; `undefined` where there is no spool, or it could not take it. */
  spooled: SpooledChunk | undefined = undefined
  /** The spool has said that it is on disk. */
  isStored = false
  /** Its bytes were read back to be sent; they are not kept longer than that. */
  isReadBack = false
  /** The spool let go of it while it was on its way: what it counts as unless that attempt delivers it. */
  lapsed: DropReason | undefined = undefined
  /** How often an attempt with this one alone ended in an error of the transport itself, and what it had delivered then. */
  throws = 0
  deliveriesAtThrow = 0
  /** Neighbours in the list of those whose bytes could be let go. */
  older: Parcel | undefined = undefined
  younger: Parcel | undefined = undefined
  isListed = false

  constructor(origin: ParcelOrigin, sequence: number, isAdopted: boolean) {
    this.signal = origin.signal
    this.items = origin.items
    this.byteLength = origin.byteLength
    this.since = origin.since
    this.sequence = sequence
    this.isAdopted = isAdopted
  }
}
