import type { Figure } from '../../verdict/verdict.ts'
import { lagBounds } from './lag-bounds.ts'
import type { LagStep } from './lag-steps.ts'

/** How much endpoint lag a service stands, for the report. */
export interface SafeLag {
  /** One sentence without its full stop. */
  readonly says: string
  readonly figures: readonly Figure[]
  readonly notes: readonly string[]
}

/** What the search has found; `undefined` when there was none. */
export function safeLag(steps: readonly LagStep[]): SafeLag | undefined {
  const told = steps.filter(({ problem }) => problem === undefined)
  const notes = [...problemNotes(steps), ...monotonicNotes(told)]
  if (steps.length === 0) return undefined
  if (told.length === 0) return { says: 'how much endpoint lag is safe is not known', figures: [], notes }
  const { cleanMs, failedMs } = lagBounds(told)
  const killed = told.find(({ wasKilled }) => wasKilled)
  if (killed !== undefined)
    notes.push('The replica did not end by itself and was killed, so that the search went no further.')
  return {
    says: sentence(cleanMs, failedMs),
    figures: [
      {
        name: 'safeLagMs',
        value: cleanMs === undefined ? 'none' : cleanMs,
        ...(cleanMs === undefined ? {} : { low: cleanMs }),
        ...(failedMs === undefined ? {} : { high: Math.round(failedMs) }),
      },
      { name: 'safeLagStepCount', value: steps.length },
    ],
    notes,
  }
}

function sentence(cleanMs: number | undefined, failedMs: number | undefined): string {
  if (failedMs === undefined)
    return `0 failures up to ${inSeconds(cleanMs ?? 0)} of endpoint lag, and no more was tried`
  if (cleanMs !== undefined)
    return `0 failures up to ${inSeconds(cleanMs)} of endpoint lag; fails at ${inSeconds(failedMs)}`
  return failedMs === 0
    ? 'requests fail without any endpoint lag'
    : `fails at ${inSeconds(failedMs)} of endpoint lag, and less was not seen to be safe`
}

function problemNotes(steps: readonly LagStep[]): string[] {
  return steps.flatMap(({ lagMs, problem }) =>
    problem === undefined ? [] : [`The stop with ${inSeconds(lagMs)} of endpoint lag says nothing: ${problem}.`],
  )
}

/** More lag should never cost less: where it does, the figure is no bound. */
function monotonicNotes(told: readonly LagStep[]): string[] {
  const clean = told.filter(({ lost }) => lost.length === 0)
  return told
    .filter(({ lost, lagMs }) => lost.length > 0 && clean.some((other) => other.lagMs > lagMs))
    .map(
      ({ lagMs, lost }) =>
        `More endpoint lag did not cost more: ${lost.length} lost with ${inSeconds(lagMs)}, none with ${inSeconds(Math.max(...clean.map((other) => other.lagMs)))}. The safe lag is a guess then.`,
    )
}

/** To 10 ms: `2.3 s`, `0.25 s`, `0 s`. */
function inSeconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`
}
