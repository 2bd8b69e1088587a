import { lagBounds } from '../history/views/lag-bounds.ts'
import type { LagStep } from '../history/views/lag-steps.ts'

export interface LagSearch {
  /** The largest lag that is tried: the grace period, after which nothing is left. */
  readonly maxLagMs: number
  /** How near the largest lag without a loss and the smallest with one have to come. */
  readonly resolutionMs: number
  readonly maxSteps: number
}

/**
 * The lag to try next; `undefined` when enough is known. The first step goes on until something is lost, which tells when:
 * the second looks just below, and when that is lost, too, the rest is halved.
 */
export function nextLagMs(
  steps: readonly LagStep[],
  { maxLagMs, resolutionMs, maxSteps }: LagSearch,
): number | undefined {
  if (steps.length >= maxSteps || steps.some(({ wasKilled }) => wasKilled)) return undefined
  const told = steps.filter(({ problem }) => problem === undefined)
  // Twice without an answer is no accident.
  if (steps.length - told.length > 1) return undefined
  const [first] = told
  if (first === undefined) return maxLagMs
  const { cleanMs, failedMs } = lagBounds(told)
  if (failedMs === undefined || failedMs <= 0) return undefined
  if (cleanMs === undefined) {
    // What is lost on kept connections is lost with any lag: the smallest one tells.
    if (told.some(({ isDial }) => isDial === false)) return 0
    if (told.length === 1) return belowMs(failedMs, resolutionMs)
    return failedMs <= resolutionMs ? 0 : downTo(failedMs / 2, resolutionMs)
  }
  if (failedMs - cleanMs <= resolutionMs) return undefined
  return Math.max(cleanMs + resolutionMs, downTo((cleanMs + failedMs) / 2, resolutionMs))
}

/** The largest multiple of the resolution that is at least half of it smaller. */
function belowMs(ms: number, resolutionMs: number): number {
  return downTo(Math.max(0, ms - resolutionMs / 2), resolutionMs)
}

function downTo(ms: number, resolutionMs: number): number {
  return Math.floor(ms / resolutionMs) * resolutionMs
}
