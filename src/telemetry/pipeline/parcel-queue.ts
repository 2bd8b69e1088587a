import type { Parcel } from './parcel.ts'

/** How much is gone at the front before the array is cut. */
const CUT_FROM = 1024

/**
 * Parcels that wait, in their order; what comes back goes where it was. One that has gone meanwhile is skipped, so that
 * a parcel can leave from anywhere at no cost.
 */
export class ParcelQueue {
  /** In order, all of them before those that were never taken. */
  readonly #returned: Parcel[] = []
  #fresh: Parcel[] = []
  #head = 0
  #count = 0
  #items = 0
  #byteLength = 0

  /** Parcels that wait. */
  get count(): number {
    return this.#count
  }

  get items(): number {
    return this.#items
  }

  get byteLength(): number {
    return this.#byteLength
  }

  push(parcel: Parcel): void {
    this.#fresh.push(parcel)
    this.#enter(parcel)
  }

  putBack(parcel: Parcel): void {
    let index = this.#returned.length
    while (index > 0 && (this.#returned[index - 1] as Parcel).sequence > parcel.sequence) index--
    this.#returned.splice(index, 0, parcel)
    this.#enter(parcel)
  }

  /** The next one, which stays. */
  peek(): Parcel | undefined {
    while (this.#returned.length > 0) {
      const parcel = this.#returned[0] as Parcel
      if (parcel.state === 'waiting') return parcel
      this.#returned.shift()
    }
    for (; this.#head < this.#fresh.length; this.#head++) {
      const parcel = this.#fresh[this.#head] as Parcel
      if (parcel.state === 'waiting') return parcel
    }
    this.#fresh = []
    this.#head = 0
    return undefined
  }

  /** Takes the next one: it is being sent. */
  take(): Parcel | undefined {
    const parcel = this.peek()
    if (parcel === undefined) return undefined
    if (this.#returned[0] === parcel) this.#returned.shift()
    else this.#head++
    if (this.#head >= CUT_FROM && this.#head * 2 >= this.#fresh.length) {
      this.#fresh = this.#fresh.slice(this.#head)
      this.#head = 0
    }
    this.#leave(parcel)
    parcel.state = 'sending'
    return parcel
  }

  /** One that waits here is gone. */
  forget(parcel: Parcel): void {
    this.#leave(parcel)
    parcel.state = 'gone'
    // At the front, where most are forgotten, the place is freed at once.
    this.peek()
  }

  /** All that wait. */
  all(): readonly Parcel[] {
    return [...this.#returned, ...this.#fresh.slice(this.#head)].filter(({ state }) => state === 'waiting')
  }

  #enter(parcel: Parcel): void {
    parcel.state = 'waiting'
    this.#count++
    this.#items += parcel.items
    this.#byteLength += parcel.byteLength
  }

  #leave(parcel: Parcel): void {
    this.#count--
    this.#items -= parcel.items
    this.#byteLength -= parcel.byteLength
  }
}
