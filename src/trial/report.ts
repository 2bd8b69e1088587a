import type { Facts } from './facts.ts'
import type { Lifetime } from './history/lifetime.ts'
import type { Trial } from './trial.ts'
import type { Verdict } from './verdict/verdict.ts'
import type { Pace } from './pace.ts'

/** Something went wrong with the trial itself, and nothing is known of the service by it. */
export interface HarnessError {
  readonly where: 'plan' | 'voyage' | 'judge' | 'noise guard'
  /** One sentence. */
  readonly says: string
  /** The stack. */
  readonly lines: readonly string[]
}

/** A voyage that was sailed, or begun. */
export interface SailedVoyage {
  readonly voyage: string
  /** 1, or 2 when it was repeated because of noise. */
  readonly attempt: number
  readonly lifetimes: readonly Lifetime[]
  readonly tookMs: number
  /** Whether it came to its end; false when the trial was given up meanwhile. */
  readonly isWhole: boolean
  readonly error?: HarnessError
}

/** A trial and what it says. */
export interface JudgedTrial {
  readonly trial: Trial
  readonly verdict: Verdict
  /** The lifetimes that it looked at, by their ids. */
  readonly lifetimes: readonly number[]
  /** Which attempt was judged. */
  readonly attempt: number
  /** Why a PASS or a FAIL is not believed. */
  readonly noise?: string
  readonly harnessError?: HarnessError
}

/** What a run of trials was asked for: all that has to be known to judge it again. */
export interface RunSettings {
  /** Version of Seaworthy. */
  readonly version: string
  readonly trialId: string
  readonly seed: number
  readonly pace: Pace
  readonly soakMs?: number
  /** Ids of the trials that were chosen. */
  readonly chosen: readonly string[]
  readonly startedAtUnixMs: number
  /** Without values of variables, without secrets. */
  readonly facts: Facts
}

/** Everything that a run of trials has to say: what all outputs are made of. */
export interface TrialReport extends RunSettings {
  /** In the order of the catalogue. */
  readonly judged: readonly JudgedTrial[]
  /** Chosen and not judged, because the run was given up. */
  readonly unjudged: readonly Trial[]
  readonly sailed: readonly SailedVoyage[]
  readonly tookMs: number
  readonly isInterrupted: boolean
}

/** How many trials said what. */
export type OutcomeCounts = Readonly<Record<Verdict['outcome'], number>>

export function countOutcomes(judged: readonly JudgedTrial[]): OutcomeCounts {
  const counts = { PASS: 0, FAIL: 0, INCONCLUSIVE: 0, SKIP: 0 }
  for (const { verdict } of judged) counts[verdict.outcome]++
  return counts
}

/** Every error of the harness, each once. */
export function harnessErrorsOf({ judged, sailed }: Pick<TrialReport, 'judged' | 'sailed'>): readonly HarnessError[] {
  const all = [...sailed.map(({ error }) => error), ...judged.map(({ harnessError }) => harnessError)]
  const known = new Map<string, HarnessError>()
  for (const error of all) if (error !== undefined && !known.has(error.says)) known.set(error.says, error)
  return [...known.values()]
}
