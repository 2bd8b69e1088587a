import { inCompany, laneCount, makespanMs } from './company.ts'
import type { Facts } from './facts.ts'
import type { Leg } from './leg.ts'
import type { Trial } from './trial.ts'
import type { Pace } from './pace.ts'
import type { Voyage } from './voyage.ts'

/** A trial of which is known before anything is sailed that there is nothing to try. */
export interface Skipped {
  readonly trial: Trial
  readonly because: string
}

/** What is done for the trials that were chosen. */
export interface Plan {
  /** What tells most for its time comes first, so that who gives up early has seen most; what sails alone comes last. */
  readonly legs: readonly Leg[]
  /** How many of those that sail in company are under way at a time. */
  readonly laneCount: number
  readonly skipped: readonly Skipped[]
  /** Which voyages each trial is judged by; of one that is skipped none, and of one that needs only facts none. */
  readonly needs: ReadonlyMap<string, readonly string[]>
  /** Trials whose own code failed while it was asked, or that need a voyage that nobody wrote. */
  readonly broken: readonly { readonly trial: Trial; readonly error: unknown }[]
  readonly estimateMs: number
}

export interface PlanOptions {
  readonly trials: readonly Trial[]
  readonly voyages: ReadonlyMap<string, Voyage>
  readonly facts: Facts
  readonly pace: Pace
  /** Under the pace `soak`: added to the voyages that last so long. */
  readonly soakMs?: number
}

/** A stop that nobody measured. */
const USUAL_EXIT_MS = 500

/** Which voyages the trials need. Never throws: a trial or a voyage that does is `broken`. */
export function planVoyages(options: PlanOptions): Plan {
  const skipped: Skipped[] = []
  const broken: { trial: Trial; error: unknown }[] = []
  const needs = new Map<string, readonly string[]>()
  for (const trial of options.trials) {
    try {
      const { because, voyages } = look(trial, options)
      if (because === undefined) needs.set(trial.id, voyages)
      else skipped.push({ trial, because })
    } catch (error) {
      broken.push({ trial, error })
    }
  }
  const lanes = laneCount(options.facts)
  const legs = toLegs(needs, options, lanes)
  return { legs, laneCount: lanes, skipped, broken, needs, estimateMs: makespanMs(legs, lanes) }
}

/** What a trial is judged by, or why there is nothing to try: its own reason, else the one for which no voyage can be sailed. */
function look(
  trial: Trial,
  { facts, voyages, pace }: PlanOptions,
): { readonly because?: string | undefined; readonly voyages: readonly string[] } {
  const own = trial.skipBecause?.(facts)
  if (own !== undefined) return { because: own, voyages: [] }
  const leftOut = new Map<string, string>()
  const possible = trial.voyages.filter((id) => {
    const voyage = voyages.get(id)
    if (voyage === undefined) throw new Error(`${trial.id} needs the voyage "${id}", and there is none`)
    const because = leaveOut(voyage, facts, pace)
    if (because !== undefined) leftOut.set(id, because)
    return because === undefined
  })
  const missing = trial.essential?.find((id) => leftOut.has(id))
  if (missing === undefined && possible.length > 0) return { voyages: possible }
  return { because: leftOut.get(missing ?? trial.voyages[0] ?? ''), voyages: [] }
}

function leaveOut(voyage: Voyage, facts: Facts, pace: Pace): string | undefined {
  if (pace === 'quick' && voyage.seconds.quick === 0)
    return 'It takes longer than --quick allows; run it without --quick'
  return voyage.skipBecause?.(facts)
}

function toLegs(needs: ReadonlyMap<string, readonly string[]>, options: PlanOptions, lanes: number): readonly Leg[] {
  const legs: Leg[] = []
  for (const voyage of options.voyages.values()) {
    const trials = options.trials.filter(({ id }) => needs.get(id)?.includes(voyage.id) === true)
    if (trials.length > 0) legs.push({ voyage, trials, estimateMs: estimate(voyage, options) })
  }
  const worth = (leg: Leg): number => leg.trials.length / leg.estimateMs
  const sorted = legs.toSorted((one, other) => worth(other) - worth(one) || (one.voyage.id < other.voyage.id ? -1 : 1))
  return lanes === 1 ? sorted : [...sorted.filter(inCompany), ...sorted.filter((leg) => !inCompany(leg))]
}

function estimate({ seconds, lives }: Voyage, { facts, pace }: PlanOptions): number {
  const tempo = pace === 'quick' ? 'quick' : 'default'
  const { starts, stops } = lives?.(facts, tempo) ?? { starts: 1, stops: 1 }
  const { readyAfterMs, exitAfterMs = USUAL_EXIT_MS } = facts.normal
  return seconds[tempo] * 1000 + starts * readyAfterMs + stops * exitAfterMs
}
