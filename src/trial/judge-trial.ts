import type { Facts } from './facts.ts'
import { toHarnessError } from './harness-error.ts'
import type { NoiseEvent } from './history/event.ts'
import type { Lifetime } from './history/lifetime.ts'
import type { HarnessError, JudgedTrial, SailedVoyage } from './report.ts'
import type { Trial } from './trial.ts'
import { inconclusive, skip } from './verdict/make-verdict.ts'
import type { Noise } from './verdict/noise-guard.ts'
import type { Verdict } from './verdict/verdict.ts'

/** Whether times of these lifetimes can be compared. */
export type NoiseGuard = (lifetimes: readonly Lifetime[]) => Noise

export interface JudgeOptions {
  readonly trial: Trial
  readonly facts: Facts
  /** The voyages that it is judged by, in the order in which they are to be read. */
  readonly needs: readonly string[]
  readonly sailed: readonly SailedVoyage[]
  readonly guard: NoiseGuard
}

/**
 * What a trial says of what was sailed for it; `undefined` as long as a voyage that it needs has not come to its end. Pure,
 * and total: what a judge throws is an error of the harness. A second attempt counts when the first one was too noisy.
 */
export function judgeTrial(options: JudgeOptions): JudgedTrial | undefined {
  const first = judgeAttempt(options, 1)
  if (first?.noise === undefined) return first
  return judgeAttempt(options, 2) ?? first
}

export function judgeSkipped(trial: Trial, because: string): JudgedTrial {
  return { trial, verdict: skip(because), lifetimes: [], attempt: 1 }
}

export function judgeBroken(trial: Trial, harnessError: HarnessError, lifetimes: readonly number[] = []): JudgedTrial {
  const verdict = inconclusive(`The harness failed, and this is no finding about the service: ${harnessError.says}`)
  return { trial, verdict, lifetimes, attempt: 1, harnessError }
}

function judgeAttempt(options: JudgeOptions, attempt: number): JudgedTrial | undefined {
  const { trial, facts, needs, sailed, guard } = options
  const legs = needs.map((id) => sailed.find((leg) => leg.voyage === id && leg.attempt === attempt))
  const whole = legs.filter((leg) => leg?.isWhole === true)
  if (whole.length < needs.length) return undefined
  const lifetimes = whole.flatMap((leg) => leg?.lifetimes ?? []).toSorted((one, other) => one.id - other.id)
  const ids = lifetimes.map(({ id }) => id)
  const error = whole.find((leg) => leg?.error !== undefined)?.error
  if (error !== undefined) return judgeBroken(trial, error, ids)
  try {
    const verdict = trial.judge({ facts, lifetimes })
    const noise = trial.isTiming && mayBeDoubted(verdict) ? guard(timedOf(trial, lifetimes)) : undefined
    if (noise?.isNoisy !== true) return { trial, verdict, lifetimes: ids, attempt }
    return { trial, verdict: doubt(verdict, noise), lifetimes: ids, attempt, noise: noise.says }
  } catch (thrown) {
    return judgeBroken(trial, toHarnessError('judge', `The judge of ${trial.id} failed`, thrown), ids)
  }
}

/** The lifetimes with the noise of the times that the trial compares, and no other. */
function timedOf({ timedSpanOf }: Trial, lifetimes: readonly Lifetime[]): readonly Lifetime[] {
  if (timedSpanOf === undefined) return lifetimes
  return lifetimes.flatMap((lifetime) => {
    const span = timedSpanOf(lifetime)
    if (span === undefined) return []
    const isTimed = ({ startedAt, at }: NoiseEvent): boolean => at > span.from && startedAt < span.to
    return [{ ...lifetime, events: lifetime.events.filter((event) => event.kind !== 'noise' || isTimed(event)) }]
  })
}

function mayBeDoubted({ outcome, isCounted }: Verdict): boolean {
  return isCounted !== true && (outcome === 'PASS' || outcome === 'FAIL')
}

function doubt({ outcome, says, evidence, figures, notes }: Verdict, noise: Noise): Verdict {
  return inconclusive(noise.says, {
    evidence,
    figures: [...figures, ...noise.figures],
    notes: [`without the noise it would be a ${outcome}: ${says}`, ...notes],
  })
}
