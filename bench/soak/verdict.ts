import type { Signal } from '../../src/otlp/model.ts'
import { lostCount, type SignalAccount } from '../../src/telemetry/pipeline/signal-account.ts'
import { risePerMinute, secondHalf } from './slope.ts'
import type { Sample, SoakResult } from './soak.ts'

const MIB = 1024 * 1024

/**
 * By how much anything may rise in a minute of the second half and be called flat: memory in MiB, all else in pieces. At a
 * thousand requests a second, a leak of 20 bytes in each would be above it on the heap, and so would be a descriptor lost in each outage. How many sockets
 * and timers there are depends on the moment.
 */
export const FLAT_PER_MINUTE = { heapUsed: 1, external: 1, rss: 4, descriptors: 2, sockets: 5, timers: 5 } as const

type Measure = keyof typeof FLAT_PER_MINUTE
const MEASURES = Object.keys(FLAT_PER_MINUTE) as readonly Measure[]
const IN_BYTES: ReadonlySet<Measure> = new Set(['heapUsed', 'external', 'rss'])
/** What wavers does so by as much in a short run, and its slope is the steeper. */
const FULL_SECONDS = 600
/** Fewer samples in the second half tell nothing. */
const LEAST_SAMPLES = 3

export interface Verdict {
  /** What must not be: telemetry that is lost, or counted wrongly. */
  readonly faults: readonly string[]
  /** What rose by more than may be called flat. */
  readonly growth: readonly string[]
  /** In a minute, over the second half: MiB, or pieces. Zero where there are too few samples, which is told as growth. */
  readonly rise: Readonly<Record<Measure, number>>
  readonly largestSpoolMib: number
}

export function judge(result: SoakResult): Verdict {
  const half = secondHalf(result.samples)
  const riseOf = (measure: Measure): number =>
    risePerMinute(half.map((sample: Sample) => ({ atMs: sample.atMs, value: sample[measure] }))) /
    (IN_BYTES.has(measure) ? MIB : 1)
  const rise = Object.fromEntries(MEASURES.map((measure) => [measure, riseOf(measure)])) as Record<Measure, number>
  const stretch = Math.max(1, FULL_SECONDS / Math.max(1, result.seconds))
  const grown = MEASURES.filter((measure) => rise[measure] > FLAT_PER_MINUTE[measure] * stretch).map(
    (measure) =>
      `${measure} rose by ${rise[measure].toFixed(2)}${IN_BYTES.has(measure) ? ' MiB' : ''} a minute in the second half`,
  )
  return {
    faults: [...faultsOf(result)],
    growth: half.length < LEAST_SAMPLES ? ['too short to tell whether anything grew'] : grown,
    rise,
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
  if (samples.length === 0 || orders.created === 0) yield 'nothing was measured'
  if (failedRequests > 0) yield `${failedRequests} requests were not answered`
}

function entries(accounts: Readonly<Partial<Record<Signal, SignalAccount>>>): [string, SignalAccount][] {
  return Object.entries(accounts).filter(([, account]) => typeof account === 'object')
}

export function isBalanced(account: SignalAccount): boolean {
  const { created, delivered, spooled, pending } = account
  return created === delivered + spooled + pending + lostCount(account)
}
