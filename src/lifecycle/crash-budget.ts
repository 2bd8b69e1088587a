import type { ShutdownBudget } from './shutdown-budget.ts'

/** The same shutdown, short: no lame duck, and the other slices shrunk to fit into `crashMs` together. */
export function toCrashBudget(budget: ShutdownBudget): ShutdownBudget {
  const restMs = budget.totalMs - budget.drainDelayMs
  const scale = restMs === 0 ? 0 : Math.min(1, budget.crashMs / restMs)
  return Object.freeze({
    ...budget,
    drainDelayMs: 0,
    inFlightMs: budget.inFlightMs * scale,
    stopMs: budget.stopMs * scale,
    flushMs: budget.flushMs * scale,
    marginMs: budget.marginMs * scale,
    totalMs: restMs * scale,
  })
}
