import type { MemoryBound } from './memory-bound.ts'
import { Parcel } from './parcel.ts'
import type { DropReason } from './signal-account.ts'
import type { SignalLedger } from './signal-ledger.ts'
import type { Spool, SpooledChunk } from './spool.ts'

/** Ends the life of parcels: in the ledger, in memory, and on disk. A parcel that is gone already counts for nothing. */
export class ParcelBooks {
  readonly ledger: SignalLedger
  readonly #memory: MemoryBound
  readonly #known: Map<SpooledChunk, Parcel>
  readonly #spool: Spool | undefined
  #storedBytes = 0

  constructor(ledger: SignalLedger, memory: MemoryBound, known: Map<SpooledChunk, Parcel>, spool: Spool | undefined) {
    this.ledger = ledger
    this.#memory = memory
    this.#known = known
    this.#spool = spool
  }

  /** On disk and undelivered. */
  get storedBytes(): number {
    return this.#storedBytes
  }

  /** An earlier process left it on disk. */
  adopt(parcel: Parcel, spooled: SpooledChunk): void {
    parcel.spooled = spooled
    parcel.isStored = true
    this.#known.set(spooled, parcel)
    this.ledger.adopt(parcel.items)
    this.#storedBytes += parcel.byteLength
  }

  /** @returns how many items count as rejected */
  deliver(parcels: readonly Parcel[], rejectedCount: number): number {
    const { items, storedItems } = this.#end(parcels)
    return this.ledger.deliver(items, rejectedCount, storedItems)
  }

  /** @returns how many items that were */
  drop(parcels: readonly Parcel[], reason: DropReason): number {
    const { items, storedItems } = this.#end(parcels)
    if (items > 0) this.ledger.drop(items, reason, storedItems)
    return items
  }

  /** The spool has it. */
  store(parcel: Parcel): void {
    if (parcel.isStored || parcel.state === 'gone') return
    parcel.isStored = true
    this.ledger.store(parcel.items)
    this.#storedBytes += parcel.byteLength
    if (parcel.state === 'waiting') this.#memory.offer(parcel)
  }

  /** The spool does not have it, or no longer. */
  unstore(parcel: Parcel): void {
    this.#memory.keep(parcel)
    if (parcel.isStored) {
      parcel.isStored = false
      this.#storedBytes -= parcel.byteLength
      this.ledger.unstore(parcel.items)
    }
    this.forgetStored(parcel)
  }

  /** The spool let go of it: there is nothing on disk to be settled. */
  forgetStored(parcel: Parcel): void {
    if (parcel.spooled !== undefined) this.#known.delete(parcel.spooled)
    parcel.spooled = undefined
  }

  /** Makes parcels of its parts, in its place: they are being sent, and go to disk by themselves. */
  divide(parcel: Parcel, parts: readonly { readonly items: number; readonly bytes: Uint8Array }[]): readonly Parcel[] {
    const { signal, since, spooled, sequence, isAdopted } = parcel
    this.unstore(parcel)
    this.#memory.letGo(parcel)
    parcel.state = 'gone'
    const divided = parts.map(({ items, bytes }) => {
      const part = new Parcel({ signal, items, byteLength: bytes.byteLength, since }, sequence, isAdopted)
      part.state = 'sending'
      this.#memory.hold(part, bytes)
      part.spooled = this.#spool?.append({ signal, items, bytes, since })
      if (part.spooled !== undefined) this.#known.set(part.spooled, part)
      return part
    })
    if (spooled !== undefined) this.#spool?.settle(spooled, true)
    return divided
  }

  /** It stays on disk for the next process, and counts as spooled, unless the spool has to let go of it before. */
  keep(parcel: Parcel): void {
    parcel.state = 'kept'
    this.#memory.letGo(parcel)
  }

  /** It is on disk and another process's, and counts as spooled. */
  leave(parcel: Parcel): void {
    parcel.state = 'gone'
    parcel.isStored = false
    this.#storedBytes -= parcel.byteLength
    this.#memory.letGo(parcel)
    this.forgetStored(parcel)
  }

  #end(parcels: readonly Parcel[]): { readonly items: number; readonly storedItems: number } {
    let items = 0
    let storedItems = 0
    for (const parcel of parcels) {
      if (parcel.state === 'gone') continue
      items += parcel.items
      if (parcel.isStored) {
        storedItems += parcel.items
        this.#storedBytes -= parcel.byteLength
      }
      parcel.state = 'gone'
      this.#memory.letGo(parcel)
      const { spooled } = parcel
      if (spooled === undefined) continue
      parcel.spooled = undefined
      this.#known.delete(spooled)
      this.#spool?.settle(spooled)
    }
    return { items, storedItems }
  }
}
