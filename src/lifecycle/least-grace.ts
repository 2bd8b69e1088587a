import type { BudgetOrigin, BudgetPart } from './budget-origin.ts'
import { LEAST_SCALE, type SliceName, SLICES } from './budget-slices.ts'

/** As much of a budget as this needs. */
type Amounts = Readonly<Record<`${SliceName | 'total' | 'preStop'}Ms`, number>> & {
  readonly origins: Readonly<Record<BudgetPart, BudgetOrigin>>
}

/**
 * The shortest grace period that a budget could be made to fit into, in milliseconds: its default slices are scaled down
 * to {@link LEAST_SCALE}, what was chosen stays. Equal to the whole budget when everything was chosen.
 */
export function leastGraceMs({ origins, totalMs, preStopMs, ...budget }: Amounts): number {
  const defaultMs = SLICES.reduce(
    (sum, slice) => sum + (origins[slice].from === 'default' ? budget[`${slice}Ms`] : 0),
    0,
  )
  return Math.ceil(totalMs + preStopMs - defaultMs * (1 - LEAST_SCALE))
}

/** Never rounded down: with less than that, the service would still refuse to start. */
export function toSeconds(ms: number): number {
  return Math.ceil(ms / 100) / 10
}
