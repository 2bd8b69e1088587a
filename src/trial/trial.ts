import type { Facts } from './facts.ts'
import type { Lifetime } from './history/lifetime.ts'
import type { Verdict } from './verdict/verdict.ts'

/** Principles (P), anti-patterns (A), closing points (D) and deployment pages (B) of the original document. */
export type SeedItem = `P${1 | 2 | 3 | 4 | 5 | 6 | 7}` | `A${1 | 2 | 3 | 4 | 5}` | `D${6 | 7}` | `B${1 | 2 | 3}`

/** What a trial looks at. */
export interface TrialRecord {
  readonly facts: Facts
  /** The lifetimes of its voyages, in the order in which they were lived. */
  readonly lifetimes: readonly Lifetime[]
}

/** How what a trial refutes is mended. */
export interface Remedy {
  /** What of the runtime does it: `drain of createService()`. */
  readonly feature: string
  /** The page that explains it, below `docs/`: `guide/graceful-shutdown.md`. */
  readonly page: string
  /** What to change in a service without the runtime, in one sentence. */
  readonly change: string
  /** Rules of `seaworthy check` that would have seen it, by id; empty while there are none. */
  readonly rules: readonly string[]
}

/** One claim about a service: a file in `trials/`, and nothing else, adds one. A pure function of what was written down. */
export interface Trial {
  /** Equal to the name of its file: `STOP-01`. */
  readonly id: string
  /** The name that people read and may write, too: `zero-failed-requests`. */
  readonly slug: string
  /** What is true of a service that passes, in one sentence. */
  readonly claim: string
  /** How it is tried, when it passes, fails and can't tell, in a few sentences; the reference is made of it. */
  readonly procedure: string
  readonly seed: readonly SeedItem[]
  readonly remedy: Remedy
  /** The voyages whose lifetimes it looks at, by their ids. */
  readonly voyages: readonly string[]
  /** Those of them without which it can't tell: where one can't be sailed, it is skipped for that reason. @default none */
  readonly essential?: readonly string[]
  /** Whether it compares times: then too much noise makes it inconclusive instead of a FAIL or a PASS. */
  readonly isTiming: boolean
  /** When it compares times in a lifetime, if it does: noise at other times is none. @default all the time */
  readonly timedSpanOf?: (lifetime: Lifetime) => { readonly from: number; readonly to: number } | undefined
  /** Whether it belongs to the variants that only `--full` runs. @default false */
  readonly isExtra?: boolean
  /** Why there is nothing to try, with what to declare; `undefined` when there is. */
  readonly skipBecause?: (facts: Facts) => string | undefined
  readonly judge: (record: TrialRecord) => Verdict
}

export function defineTrial(trial: Trial): Trial {
  return trial
}

export function isTrial(value: unknown): value is Trial {
  return typeof value === 'object' && value !== null && 'id' in value && 'claim' in value && 'judge' in value
}
