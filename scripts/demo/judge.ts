import type { SignalStats } from '../../src/store/telemetry-store.ts'
import type { DemoShutdown } from './demo-service.ts'
import { type Balance, balance, type ReceivedServerSpan, type SentRequest } from './ledger.ts'

/** Everything that a run of the demo has seen, before anyone judges it. */
export interface Observed {
  readonly requests: readonly SentRequest[]
  readonly spans: readonly ReceivedServerSpan[]
  readonly inFlightAtSigterm: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly received: Readonly<Record<'traces' | 'metrics' | 'logs', SignalStats>>
  /** The sum of `http.server.request.duration` at the end of each service. */
  readonly requestsCounted: Readonly<Record<'orders' | 'payments', number>>
  readonly probes: Readonly<Record<string, Readonly<Record<string, number | undefined>>>>
  readonly start: readonly { readonly service: string; readonly readyAfterMs: number }[]
  readonly shutdown: readonly DemoShutdown[]
}

/** What `npm run demo -- --json` prints. */
export interface DemoResult {
  /** Whether the ledger balances: nothing lost, both services ended cleanly, and there was enough to lose. */
  readonly ok: boolean
  readonly requests: Balance['requests'] & {
    readonly perSecond: number
    readonly p50Ms: number
    readonly p99Ms: number
    readonly inFlightAtSigterm: number
  }
  readonly spans: Balance['spans'] & { readonly all: number }
  readonly logs: { readonly received: number }
  readonly metrics: { readonly points: number; readonly requestsCounted: Observed['requestsCounted'] }
  readonly probes: Observed['probes']
  readonly start: Observed['start']
  readonly shutdown: readonly DemoShutdown[]
  /** Why it is not ok: the first twenty reasons. */
  readonly problems: readonly string[]
}

/** What the demo promises to show: with fewer, it would have shown nothing. */
export const MIN_REQUESTS = 2000
export const MIN_IN_FLIGHT = 20
const MAX_PROBLEMS = 20

/** Holds what the clients saw against what the receiver got. Pure. */
export function judge(observed: Observed): DemoResult {
  const { inFlightAtSigterm, perSecond, p50Ms, p99Ms, received, requestsCounted, shutdown } = observed
  const ledger = balance(observed.requests, observed.spans)
  const { sent, answered } = ledger.requests
  const problems = [
    ...unless(sent >= MIN_REQUESTS, `only ${sent} requests were sent, ${MIN_REQUESTS} are asked for`),
    ...unless(
      inFlightAtSigterm >= MIN_IN_FLIGHT,
      `only ${inFlightAtSigterm} requests were in flight at SIGTERM, ${MIN_IN_FLIGHT} are asked for`,
    ),
    ...ledger.problems,
    ...unless(
      requestsCounted.orders === answered,
      `the metric of orders counted ${requestsCounted.orders} requests, its clients got ${answered} answers`,
    ),
    ...shutdown.flatMap(({ service, exitCode, clean }) =>
      unless(exitCode === 0 && clean, `${service} ended with ${exitCode}, ${clean ? 'clean' : 'not clean'}`),
    ),
    ...Object.entries(observed.probes).flatMap(([service, answers]) =>
      Object.entries(answers).flatMap(([path, status]) =>
        unless(status === 200, `${path} of ${service} answered ${status ?? 'nothing'} under load`),
      ),
    ),
    ...unless(received.traces.evicted === 0, `the receiver had to forget ${received.traces.evicted} spans`),
  ]
  return {
    ok: problems.length === 0,
    requests: { ...ledger.requests, perSecond, p50Ms, p99Ms, inFlightAtSigterm },
    spans: { ...ledger.spans, all: received.traces.received },
    logs: { received: received.logs.received },
    metrics: { points: received.metrics.received, requestsCounted },
    probes: observed.probes,
    start: observed.start,
    shutdown,
    problems: problems.slice(0, MAX_PROBLEMS),
  }
}

function unless(holds: boolean, problem: string): readonly string[] {
  return holds ? [] : [problem]
}
