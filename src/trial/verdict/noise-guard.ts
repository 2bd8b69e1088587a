import type { NoiseEvent } from '../history/event.ts'
import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import type { Figure } from './verdict.ts'

/** How quiet the machine was while some lifetimes were lived. */
export interface Noise {
  /** Whether comparisons of times say nothing about the service. Counts are not concerned. */
  readonly isNoisy: boolean
  /** One sentence: what was too loud, or that it was quiet. */
  readonly says: string
  readonly figures: readonly Figure[]
}

/** Requests of our own that go out later than this, at the 99th percentile of a second, are not where they should be. */
export const MAX_LATENESS_MS = 50
/** Our event loop, busy for longer at a stretch, reads its clock too late. */
export const MAX_LOOP_DELAY_MS = 50
/** Share of the seconds that may be worse than that: a single pause decides nothing. */
export const MAX_BAD_SECONDS_RATIO = 0.1
/** The median answer of the control service over that of its first seconds. */
export const MAX_CONTROL_RATIO = 2
/** Below it, twice as long is still nothing. */
export const MAX_CONTROL_MS = 5
/** Of the processors' time, taken by other machines on the same hardware. */
export const MAX_STEAL_RATIO = 0.1

/** Seconds from which the control service's quiet answers are taken, in each lifetime. */
const QUIET_SECONDS = 3

/** Pure and total: without any measurement it is quiet, and says so. */
export function noiseOf(lifetimes: readonly Lifetime[]): Noise {
  const seconds = lifetimes.map((lifetime) => eventsOf(lifetime, 'noise'))
  const all = seconds.flat()
  if (all.length === 0) return { isNoisy: false, says: 'Nobody measured how quiet the machine was', figures: [] }
  const quietMs = Math.min(...seconds.flatMap((each) => median(controlsOf(each).slice(0, QUIET_SECONDS)) ?? []))
  const controlMs = median(controlsOf(all))
  const latenessMs = worstButFew(all.map((each) => each.latenessMs))
  const loopDelayMs = worstButFew(all.map((each) => each.loopDelayMs))
  const stealRatio = mean(all.flatMap((each) => each.stealRatio ?? []))
  const cpuPressureRatio = mean(all.flatMap((each) => each.cpuPressureRatio ?? []))
  const figures = figuresOf({ latenessMs, loopDelayMs, controlMs, stealRatio, cpuPressureRatio })
  const because = [
    latenessMs > MAX_LATENESS_MS ? `our own requests went out ${round(latenessMs)} ms late` : undefined,
    loopDelayMs > MAX_LOOP_DELAY_MS
      ? `our own event loop was busy for ${round(loopDelayMs)} ms at a stretch`
      : undefined,
    controlMs !== undefined && controlMs > MAX_CONTROL_MS && controlMs > quietMs * MAX_CONTROL_RATIO
      ? `a control service that does nothing took ${round(controlMs)} ms to answer instead of ${round(quietMs)} ms`
      : undefined,
    stealRatio !== undefined && stealRatio > MAX_STEAL_RATIO
      ? `${round(stealRatio * 100)} % of the processors' time went to other machines`
      : undefined,
  ].filter((reason) => reason !== undefined)
  if (because.length === 0) return { isNoisy: false, says: 'The machine was quiet', figures }
  return { isNoisy: true, says: `The machine was too noisy: ${because.join('; ')}`, figures }
}

function controlsOf(events: readonly NoiseEvent[]): number[] {
  return events.flatMap((each) => each.controlMs ?? [])
}

/** The greatest value when a tenth of them is left out. */
function worstButFew(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[sorted.length - 1 - Math.floor(sorted.length * MAX_BAD_SECONDS_RATIO)] ?? 0
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, each) => sum + each, 0) / values.length
}

function figuresOf(values: Readonly<Record<string, number | undefined>>): Figure[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [{ name, value: round(value, 3) }],
  )
}

function round(value: number, digits = 1): number {
  return Math.round(value * 10 ** digits) / 10 ** digits
}
