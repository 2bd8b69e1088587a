import { parseDuration } from '../core/duration.ts'
import { type ShutdownBudgetOptions, SLICES } from './budget-slices.ts'

/** From here on nobody who writes a plain number means seconds. */
const CERTAIN_MS = 100

/**
 * What to warn of: slices of a few milliseconds that were given without a unit. A plain number is milliseconds in code,
 * as everywhere in Node, while `terminationGracePeriodSeconds` beside it is seconds; and a drain of 5 ms is none.
 */
export function doubtfulSlices(options: ShutdownBudgetOptions): readonly string[] {
  return SLICES.flatMap((slice) => {
    const given = options[slice]
    const ms = parseDuration(given)
    const hasUnit = typeof given === 'string' && /[a-z]/.test(given)
    if (ms === undefined || ms === 0 || ms >= CERTAIN_MS || hasUnit) return []
    return [
      `shutdown.${slice} is ${ms} milliseconds, because it has no unit: write "${ms}s" if seconds were meant, or else "${ms}ms"`,
    ]
  })
}
