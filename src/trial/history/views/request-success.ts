import type { RequestEvent, TrialOutcome } from '../client-events.ts'

/** Ends of which nobody can blame the service: given up by us, cut off by the end of the lifetime, or safe to send again. */
const NO_FAILURES: ReadonlySet<TrialOutcome> = new Set(['answered', 'refused-stream', 'unsettled', 'aborted'])

/** Loads that do what users do; the others provoke something. */
const BUSINESS_LOADS: ReadonlySet<string> = new Set(['new', 'keep-alive'])

/** Whether a user would have seen an error: no complete answer, or one of 500 and above. */
export function hasFailed({ outcome, status = 200 }: Pick<RequestEvent, 'outcome' | 'status'>): boolean {
  return !NO_FAILURES.has(outcome) || (outcome === 'answered' && status >= 500)
}

/** Whether it was answered, and with less than 500. */
export function hasSucceeded({ outcome, status = 500 }: Pick<RequestEvent, 'outcome' | 'status'>): boolean {
  return outcome === 'answered' && status < 500
}

/** Whether it is an ordinary request, whose fate tells how users fare. */
export function isBusiness({ load }: Pick<RequestEvent, 'load'>): boolean {
  return BUSINESS_LOADS.has(load)
}

/** What became of a request, in words: `answered with 503`, `refused (ECONNREFUSED)`. */
export function describeOutcome({ outcome, status, errorCode }: RequestEvent): string {
  if (outcome === 'answered') return `answered with ${status ?? 'no status'}`
  return errorCode === undefined ? outcome : `${outcome} (${errorCode})`
}
