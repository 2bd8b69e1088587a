/**
 * What a trial says. PASS: the claim held, and what it takes to tell was seen to happen. FAIL: there is a counter-example.
 * INCONCLUSIVE: what it takes did not happen, or the machine was too noisy. SKIP: there is nothing to try.
 */
export type Outcome = 'PASS' | 'FAIL' | 'INCONCLUSIVE' | 'SKIP'

/** A fact that a verdict rests on. */
export interface Evidence {
  /** One sentence with its figures: `3 of 412 requests failed after SIGTERM`. */
  readonly says: string
  /** Where it can be seen: a moment or a span of time of a lifetime. */
  readonly seen?: Sighting
  /** Several lines, such as the stack or the lines of the log; shown as they are. */
  readonly lines?: readonly string[]
}

/** A place in the history. */
export interface Sighting {
  readonly lifetime: number
  readonly from: number
  readonly to?: number
  /** Requests that it is about, by their ids. */
  readonly requests?: readonly number[]
}

/** A figure that a trial measured: shown in the report, and in JSON. */
export interface Figure {
  /** In camel case with its unit: `exitAfterMs`. */
  readonly name: string
  readonly value: number | string | boolean
  /** Bounds of the interval that holds it with 95 % (or what `says` says). */
  readonly low?: number
  readonly high?: number
}

/** What a trial has found. */
export interface Verdict {
  readonly outcome: Outcome
  /** One sentence: for a PASS what was seen, for any other why. */
  readonly says: string
  /** The worst first; three are shown, all are in the report. */
  readonly evidence: readonly Evidence[]
  readonly figures: readonly Figure[]
  /** What is no reason to fail, and worth knowing. */
  readonly notes: readonly string[]
  /** Of a trial that compares times: this verdict does not rest on them, so that no noise puts it in doubt. */
  readonly isCounted?: true
}
