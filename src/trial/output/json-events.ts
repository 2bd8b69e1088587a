import type { Plan } from '../plan.ts'
import {
  countOutcomes,
  harnessErrorsOf,
  type JudgedTrial,
  type RunSettings,
  type SailedVoyage,
  type TrialReport,
} from '../report.ts'

/** Version of what `--json` prints. Fields may be added under the same version; none is taken away or means something else. */
export const JSON_SCHEMA = 'seaworthy.trial/1'

/** The first object: what is tried, and how it can be done again. */
export function startedEvent({ facts, ...settings }: RunSettings): object {
  return { event: 'started', schema: JSON_SCHEMA, ...settings, facts }
}

export function plannedEvent({ legs, laneCount, estimateMs }: Plan): object {
  const voyages = legs.map(({ voyage, trials, estimateMs: each }) => ({
    id: voyage.id,
    trials: trials.map(({ id }) => id),
    estimateMs: Math.round(each),
  }))
  return { event: 'planned', estimateMs: Math.round(estimateMs), laneCount, voyages }
}

export function voyageEvent({ voyage, attempt, lifetimes, tookMs, isWhole, error }: SailedVoyage): object {
  const seen = lifetimes.map(({ id, label, settings, startedAtUnixMs }) => ({ id, label, settings, startedAtUnixMs }))
  return { event: 'voyage', id: voyage, attempt, tookMs: Math.round(tookMs), isWhole, lifetimes: seen, error }
}

/** What a trial says. A second one for the same trial, after a repetition, replaces the first. */
export function verdictEvent({ trial, verdict, lifetimes, attempt, noise, harnessError }: JudgedTrial): object {
  const { id, slug, claim, seed, remedy } = trial
  return {
    event: 'verdict',
    id,
    slug,
    claim,
    ...verdict,
    ...(verdict.outcome === 'FAIL' ? { remedy } : {}),
    principles: seed,
    lifetimes,
    attempt,
    noise,
    harnessError,
  }
}

/** The last object. Without it the run did not come to its end. */
export function endedEvent(report: TrialReport, exitCode: number): object {
  return {
    event: 'ended',
    outcomes: countOutcomes(report.judged),
    unjudged: report.unjudged.map(({ id }) => id),
    harnessErrors: harnessErrorsOf(report),
    isInterrupted: report.isInterrupted,
    seed: report.seed,
    tookMs: Math.round(report.tookMs),
    exitCode,
  }
}
