import type { Parcel } from './parcel.ts'

/** A transport fails itself this often with one chunk alone, while it delivers others, before the chunk is lost. */
const MOST_THROWS = 8

/**
 * Books an attempt that ended in an error of the transport itself: a fault of ours, which must not cost data. A chunk is
 * lost by it only when it fails again and again while others are delivered, because it would then stand in their way
 * for ever. Where nothing is delivered at all, nothing is lost.
 *
 * @param deliveries how many requests have been delivered so far
 * @returns whether the parcels, of which there is one, are to be given up
 */
export function isHopeless(parcels: readonly Parcel[], deliveries: number): boolean {
  const [parcel] = parcels
  if (parcel === undefined || parcels.length > 1) return false
  if (parcel.throws++ === 0) parcel.deliveriesAtThrow = deliveries
  return parcel.throws >= MOST_THROWS && deliveries > parcel.deliveriesAtThrow
}
