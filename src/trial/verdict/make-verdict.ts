import type { Evidence, Figure, Outcome, Verdict } from './verdict.ts'

/** What a verdict may say besides its sentence. */
export interface VerdictDetails {
  readonly evidence?: readonly Evidence[]
  readonly figures?: readonly Figure[]
  readonly notes?: readonly string[]
  readonly isCounted?: boolean
}

/** The claim held, and its preconditions were seen. */
export function pass(says: string, details: VerdictDetails = {}): Verdict {
  return make('PASS', says, details)
}

/** The claim was refuted. At least one piece of evidence shows by what. */
export function fail(says: string, details: VerdictDetails & { readonly evidence: readonly Evidence[] }): Verdict {
  return make('FAIL', says, details)
}

/** Nobody can tell: a precondition was not seen to happen. */
export function inconclusive(says: string, details: VerdictDetails = {}): Verdict {
  return make('INCONCLUSIVE', says, details)
}

/** There is nothing to try here; `says` names what to declare, if that would change it. */
export function skip(says: string, details: VerdictDetails = {}): Verdict {
  return make('SKIP', says, details)
}

function make(outcome: Outcome, says: string, details: VerdictDetails): Verdict {
  const { evidence = [], figures = [], notes = [], isCounted = false } = details
  return { outcome, says, evidence, figures, notes, ...(isCounted && { isCounted }) }
}
