import type { Parcel } from './parcel.ts'
import type { SignalSender } from './signal-sender.ts'
import type { Spool, SpooledChunk } from './spool.ts'

/**
 * Chunks that may wait over all signals, on disk for the most part: 5 hours of a quiet service that seals one each
 * 150 ms. About 30 MB of bookkeeping; beyond it the oldest on disk go.
 */
const MAX_CHUNKS = 131_072

/** Which parcels the spool has, by what it knows them by. */
export class SpooledParcels {
  readonly known = new Map<SpooledChunk, Parcel>()
  /** `undefined` where there is none. */
  spool: Spool | undefined = undefined
  readonly #senders: () => readonly SignalSender[]
  readonly #attempt: (work: () => void) => void

  /** @param attempt does something that may fail, in a context that belongs to no request */
  constructor(senders: () => readonly SignalSender[], attempt: (work: () => void) => void) {
    this.#senders = senders
    this.#attempt = attempt
  }

  /** @param isUrgent it is to be on disk at once, because memory has no room for long */
  append(parcel: Parcel, bytes: Uint8Array, isUrgent = false): void {
    const { spool } = this
    if (spool === undefined) return
    const { signal, items, since } = parcel
    this.#attempt(() => {
      const spooled = spool.append({ signal, items, bytes, since }, isUrgent)
      parcel.spooled = spooled
      this.known.set(spooled, parcel)
    })
  }

  /** The disk takes chunks again: those that are in memory only go there now. */
  storeAgain(): void {
    for (const sender of this.#senders()) {
      for (const parcel of sender.parcels()) {
        if (parcel.spooled === undefined && parcel.bytes !== undefined && parcel.state !== 'gone') {
          this.append(parcel, parcel.bytes)
        }
      }
    }
  }

  /** Makes sure that one more chunk may wait: what an earlier process left goes first. */
  makeRoom(): boolean {
    if (this.known.size < MAX_CHUNKS) return true
    const senders = this.#senders()
    for (const isAdopted of [true, false]) {
      for (const sender of senders) {
        const oldest = sender.oldest(isAdopted)
        if (oldest?.isStored !== true) continue
        sender.drop(oldest, 'spool_full')
        return true
      }
    }
    return false
  }
}
