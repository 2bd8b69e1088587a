import type { LagStep } from './lag-steps.ts'

/** What is known of the safe lag; absent where nothing was lost, or nothing but lost. */
export interface LagBounds {
  /** The largest lag without a loss below the smallest with one. */
  readonly cleanMs?: number
  readonly failedMs?: number
}

/** What the steps that say something say together. */
export function lagBounds(steps: readonly LagStep[]): LagBounds {
  const failed = steps.filter(({ lost }) => lost.length > 0).map(failedLagMs)
  const failedMs = failed.length === 0 ? undefined : Math.min(...failed)
  const clean = steps
    .filter(({ lost, lagMs }) => lost.length === 0 && (failedMs === undefined || lagMs < failedMs))
    .map(({ lagMs }) => lagMs)
  return {
    ...(clean.length === 0 ? {} : { cleanMs: Math.max(...clean) }),
    ...(failedMs === undefined ? {} : { failedMs }),
  }
}

/** The smallest lag with which the same would have been lost for certain. */
function failedLagMs({ lagMs, firstLostMs = Infinity }: LagStep): number {
  return Math.min(lagMs, firstLostMs)
}
