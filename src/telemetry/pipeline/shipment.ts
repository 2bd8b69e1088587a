import type { NextBody } from './waiting-parcels.ts'

/** A request under way. */
export interface Shipment extends NextBody {
  readonly byteLength: number
  /** With those of all others under way. */
  readonly loadBytes: number
  /** As `Pace.round` was when it began. */
  readonly round: number
  /** On the scale of the clock. */
  readonly startedAt: number
  readonly abort: AbortController
}

/** @param others what is under way already */
export function openShipment(
  { parcels, body }: NextBody,
  round: number,
  startedAt: number,
  others: Iterable<Shipment>,
): Shipment {
  let byteLength = 0
  for (const parcel of parcels) byteLength += parcel.byteLength
  const loadBytes = byteLength + bytesOf(others)
  return { parcels, body, byteLength, loadBytes, round, startedAt, abort: new AbortController() }
}

export function bytesOf(shipments: Iterable<Shipment>): number {
  let total = 0
  for (const { byteLength } of shipments) total += byteLength
  return total
}

export function itemsOf(shipments: Iterable<Shipment>): number {
  let total = 0
  for (const { parcels } of shipments) for (const { items } of parcels) total += items
  return total
}
