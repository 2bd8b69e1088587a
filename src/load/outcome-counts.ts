import type { JournalEntry } from './request-journal.ts'

/** Requests by what became of them: `sent = answered + failed`, `failed = reset + refused + truncated + timeout + malformed + open`. */
export interface OutcomeCounts {
  readonly sent: number
  /** A complete answer, whatever its status. */
  readonly answered: number
  /** No complete answer. */
  readonly failed: number
  /** The connection stood and ended before a byte of the answer, by RST or by FIN, new or kept alive. */
  readonly reset: number
  /** No connection could be made. */
  readonly refused: number
  /** The answer began and did not end. */
  readonly truncated: number
  readonly timeout: number
  /** Bytes that are no answer. */
  readonly malformed: number
  /** Not settled when the counting was done. */
  readonly open: number
  /** Answered with 503. */
  readonly status503: number
  /** Answered with any other status from 500 to 599; codes with which WebSockets end are higher. */
  readonly otherServerErrors: number
}

type Counts = { -readonly [K in keyof OutcomeCounts]: OutcomeCounts[K] }

/** Counts of nothing. */
export const NO_OUTCOMES: OutcomeCounts = Object.freeze({
  sent: 0,
  answered: 0,
  failed: 0,
  reset: 0,
  refused: 0,
  truncated: 0,
  timeout: 0,
  malformed: 0,
  open: 0,
  status503: 0,
  otherServerErrors: 0,
})

export function countOutcomes(entries: Iterable<JournalEntry>): OutcomeCounts {
  const counts: Counts = { ...NO_OUTCOMES }
  for (const { result } of entries) {
    counts.sent++
    const kind = kindOf(result?.outcome)
    counts[kind]++
    if (kind !== 'answered') counts.failed++
    const status = result?.status ?? 0
    if (status === 503) counts.status503++
    else if (status >= 500 && status < 600) counts.otherServerErrors++
  }
  return counts
}

export function addOutcomes(all: Iterable<OutcomeCounts>): OutcomeCounts {
  const sum: Counts = { ...NO_OUTCOMES }
  for (const counts of all) {
    for (const key of Object.keys(sum) as (keyof OutcomeCounts)[]) sum[key] += counts[key]
  }
  return sum
}

type Kind = 'answered' | 'reset' | 'refused' | 'truncated' | 'timeout' | 'malformed' | 'open'

function kindOf(outcome: NonNullable<JournalEntry['result']>['outcome'] | undefined): Kind {
  switch (outcome) {
    case undefined:
      return 'open'
    case 'reset-fresh':
    case 'reset-reused':
      return 'reset'
    case 'answered':
    case 'refused':
    case 'truncated':
    case 'timeout':
    case 'malformed':
      return outcome
  }
}
