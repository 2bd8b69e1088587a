import type { Signal } from '../../src/otlp/model.ts'
import { lostCount, type SignalAccount } from '../../src/telemetry/pipeline/signal-account.ts'
import { risePerMinute, secondHalf } from './slope.ts'
import type { Sample, SoakResult } from './soak.ts'

const MIB = 1024 * 1024
const MEASURES = ['heapUsed', 'external', 'rss'] as const

/**
 * By how much memory may rise in a minute of the second half and be called flat, in MiB. At a thousand requests a second, a
 * leak of 20 bytes in each would be above it on the heap.
 */
export const FLAT_MIB_PER_MINUTE: Readonly<Record<(typeof MEASURES)[number], number>> = {
  heapUsed: 1,
  external: 1,
  rss: 4,
}

export interface Verdict {
  /** What must not be: telemetry that is lost, or counted wrongly. */
  readonly faults: readonly string[]
  /** MiB in a minute, over the second half. */
  readonly rise: Readonly<Record<(typeof MEASURES)[number], number>>
  /** Reported and not a fault: a busy machine collects garbage when it can. */
  readonly isFlat: boolean
  readonly largestSpoolMib: number
}

export function judge(result: SoakResult): Verdict {
  const half = secondHalf(result.samples)
  const riseOf = (measure: (typeof MEASURES)[number]): number =>
    risePerMinute(half.map((sample: Sample) => ({ atMs: sample.atMs, value: sample[measure] }))) / MIB
  const rise = { heapUsed: riseOf('heapUsed'), external: riseOf('external'), rss: riseOf('rss') }
  return {
    faults: [...faultsOf(result)],
    rise,
    isFlat: MEASURES.every((measure) => rise[measure] <= FLAT_MIB_PER_MINUTE[measure]),
    largestSpoolMib: Math.max(0, ...result.samples.map(({ spoolBytes }) => spoolBytes)) / MIB,
  }
}

function* faultsOf({ accounts, orders, samples, failedRequests }: SoakResult): Generator<string> {
  for (const sample of samples) {
    for (const [signal, account] of entries(sample.accounts ?? {})) {
      if (!isBalanced(account))
        yield `after ${Math.round(sample.atMs / 1000)} s the account of ${signal} does not balance`
    }
  }
  for (const [signal, account] of entries(accounts)) {
    if (!isBalanced(account)) yield `the account of ${signal} does not balance`
    if (lostCount(account) > 0) yield `${lostCount(account)} of ${signal} were lost: ${JSON.stringify(account.dropped)}`
    if (account.pending + account.spooled > 0)
      yield `${account.pending + account.spooled} of ${signal} were not delivered`
  }
  if (orders.spans !== orders.created) yield `${orders.created - orders.spans} spans never arrived`
  if (orders.logs !== orders.created) yield `${orders.created - orders.logs} log records never arrived`
  if (failedRequests > 0) yield `${failedRequests} requests were not answered`
}

function entries(accounts: Readonly<Partial<Record<Signal, SignalAccount>>>): [string, SignalAccount][] {
  return Object.entries(accounts).filter(([, account]) => typeof account === 'object')
}

export function isBalanced(account: SignalAccount): boolean {
  const { created, delivered, spooled, pending } = account
  return created === delivered + spooled + pending + lostCount(account)
}
