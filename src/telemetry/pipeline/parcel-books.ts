import type { MemoryBound } from './memory-bound.ts'
import type { Parcel } from './parcel.ts'
import type { DropReason } from './signal-account.ts'
import type { SignalLedger } from './signal-ledger.ts'
import type { Spool, SpooledChunk } from './spool.ts'

/** Ends the life of parcels: in the ledger, in memory, and on disk. A parcel that is gone already counts for nothing. */
export class ParcelBooks {
  readonly ledger: SignalLedger
  readonly #memory: MemoryBound
  readonly #known: Map<SpooledChunk, Parcel>
  readonly #spool: Spool | undefined

  constructor(ledger: SignalLedger, memory: MemoryBound, known: Map<SpooledChunk, Parcel>, spool: Spool | undefined) {
    this.ledger = ledger
    this.#memory = memory
    this.#known = known
    this.#spool = spool
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
    if (parcel.state === 'waiting') this.#memory.offer(parcel)
  }

  /** The spool does not have it, or no longer. */
  unstore(parcel: Parcel): void {
    this.#memory.keep(parcel)
    if (parcel.isStored) this.ledger.unstore(parcel.items)
    parcel.isStored = false
    if (parcel.spooled !== undefined) this.#known.delete(parcel.spooled)
    parcel.spooled = undefined
  }

  /** It stays on disk for another process, and counts as spooled. */
  leave(parcel: Parcel): void {
    this.store(parcel)
    parcel.state = 'gone'
    this.#memory.letGo(parcel)
    if (parcel.spooled !== undefined) this.#known.delete(parcel.spooled)
    parcel.spooled = undefined
  }

  #end(parcels: readonly Parcel[]): { readonly items: number; readonly storedItems: number } {
    let items = 0
    let storedItems = 0
    for (const parcel of parcels) {
      if (parcel.state === 'gone') continue
      items += parcel.items
      if (parcel.isStored) storedItems += parcel.items
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
