import type { Parcel } from './parcel.ts'

/**
 * Refusals of parts of one body, none of them delivered, after which the collector is taken to refuse everything. To
 * find one bad chunk in a body of 16,384 takes 15; without a limit, a collector that refuses everything would get two
 * requests for each chunk.
 */
const MOST_REFUSALS = 16
/**
 * Chunks that are divided, at most, until something is delivered again that was not refused before; each such request
 * gives four back. To find one bad item among the 2000 of a chunk takes 11; where all chunks have some, a collector would
 * get a request for each item.
 */
const MOST_DIVISIONS = 64
const DIVISIONS_PER_DELIVERY = 4

/** Makes two parcels of one, which is gone then; `undefined` where that is impossible. */
export type DivideParcel = (parcel: Parcel) => readonly Parcel[] | undefined

/** What belongs to one body that was refused. */
export class RefusedBody {
  refusals = 0
  isPartDelivered = false
  isGivenUp = false
}

/** A part of such a body, to be sent by itself. */
export interface BodyPart {
  readonly parcels: readonly Parcel[]
  readonly body: RefusedBody
}

/**
 * Halves bodies that the collector refuses, until the bad chunk stands alone, and then that chunk, until the bad item
 * does: one bad item then costs one item. It ends, because each refusal makes smaller parts or none.
 */
export class Bisection {
  readonly #parts: BodyPart[] = []
  #mostRefusals = MOST_REFUSALS
  #divisionsLeft = MOST_DIVISIONS

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  /** The next part to send, those of older chunks first. */
  take(): BodyPart | undefined {
    for (let part = this.#parts.pop(); part !== undefined; part = this.#parts.pop()) {
      const parcels = part.parcels.filter(({ state }) => state !== 'gone')
      if (parcels.length > 0) return { ...part, parcels }
    }
    return undefined
  }

  /** A part that was not answered. */
  putBack(part: BodyPart): void {
    this.#parts.push(part)
  }

  /** A part that is not to be sent before all others have had their turn. */
  putLast(part: BodyPart): void {
    this.#parts.unshift(part)
  }

  /** Halves parts of which nobody has said anything. */
  halve(parcels: readonly Parcel[], body = new RefusedBody()): void {
    const middle = Math.ceil(parcels.length / 2)
    this.#parts.push({ parcels: parcels.slice(middle), body }, { parcels: parcels.slice(0, middle), body })
  }

  /** Something was delivered: what is refused from now on is refused for what it is. */
  delivered(body: RefusedBody | undefined): void {
    this.#mostRefusals = MOST_REFUSALS
    if (body !== undefined) body.isPartDelivered = true
    else this.#divisionsLeft = Math.min(MOST_DIVISIONS, this.#divisionsLeft + DIVISIONS_PER_DELIVERY)
  }

  /**
   * @param parcels what was refused
   * @param body what they are a part of; `undefined` when they were all of it
   * @param divide makes two parcels of one, where it has several items
   * @returns those that are refused for good, the other parts of a body of which everything is refused included
   */
  refused(parcels: readonly Parcel[], body = new RefusedBody(), divide?: DivideParcel): readonly Parcel[] {
    body.refusals++
    // Parts that were under way at that moment.
    if (body.isGivenUp) return parcels
    if (!body.isPartDelivered && body.refusals >= this.#mostRefusals) return [...parcels, ...this.#giveUp(body)]
    const parts = parcels.length > 1 ? parcels : this.#divided(parcels, divide)
    if (parts.length <= 1) return parts
    this.halve(parts, body)
    return []
  }

  get parcels(): readonly Parcel[] {
    return this.#parts.flatMap(({ parcels }) => parcels)
  }

  #divided(parcels: readonly Parcel[], divide: DivideParcel | undefined): readonly Parcel[] {
    const [parcel] = parcels
    if (parcel === undefined || divide === undefined || this.#divisionsLeft === 0) return parcels
    const parts = divide(parcel)
    if (parts === undefined) return parcels
    this.#divisionsLeft--
    return parts
  }

  #giveUp(body: RefusedBody): readonly Parcel[] {
    body.isGivenUp = true
    // The next body gets fewer attempts, until something is delivered again.
    this.#mostRefusals = Math.max(1, Math.floor(this.#mostRefusals / 2))
    const given: Parcel[] = []
    for (let index = this.#parts.length - 1; index >= 0; index--) {
      if (this.#parts[index]?.body !== body) continue
      for (const part of this.#parts.splice(index, 1)) given.push(...part.parcels)
    }
    return given
  }
}
