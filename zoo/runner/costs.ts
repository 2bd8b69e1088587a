import type { TrialRun } from './trial-run.ts'

const SHOWN = 5

/** Where the time went: in sum, and with whom most. */
export function describeCosts(
  tried: readonly { readonly animal: string; readonly runs: readonly TrialRun[] }[],
): readonly string[] {
  const costs = tried.map(({ animal, runs }) => ({ animal, tookMs: sum(runs.map((run) => run.tookMs)) }))
  const totalMs = sum(costs.map(({ tookMs }) => tookMs))
  if (totalMs === 0) return []
  const most = costs.toSorted((one, other) => other.tookMs - one.tookMs).slice(0, SHOWN)
  return [
    `${seconds(totalMs)} in sum; most for ${most.map(({ animal, tookMs }) => `${animal} ${seconds(tookMs)}`).join(', ')}`,
  ]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
