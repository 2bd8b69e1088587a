import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { HEALTHY, MEASURING_BEGAN, MEASURING_ENDED, PAIR_PART, SENDING_ENDED } from '../marks/dead-collector.ts'
import { latenciesOf } from './latencies.ts'
import { hasFailed, isBusiness } from './request-success.ts'

/** A lifetime of the voyage `dead-collector`, measured under steady load. */
export interface CollectorArm {
  readonly lifetime: Lifetime
  /** `healthy`, or how the collector was dead. */
  readonly collector: string
  readonly from: number
  readonly to: number
  /** When we stopped looking. */
  readonly until: number
  readonly latenciesMs: readonly number[]
  readonly failed: readonly RequestEvent[]
  /** Requests that had waited for a second and more when we stopped looking, from the first that was sent. */
  readonly hung: readonly RequestEvent[]
  /** Exports that were taken in. */
  readonly servedExportCount: number
  /** Exports that met the fault; of a port that refuses or a host that is gone nobody sees any. */
  readonly faultyExportCount: number
}

/** A lifetime with a dead collector, beside one with a healthy collector from about the same time. */
export interface CollectorPair {
  readonly collector: string
  readonly healthy: CollectorArm
  readonly dead: CollectorArm
}

/** Every lifetime with a dead collector, with the healthy one that has its number. */
export function collectorPairs(lifetimes: readonly Lifetime[]): CollectorPair[] {
  const arms = lifetimes.filter(({ settings }) => settings['part'] === PAIR_PART).map((lifetime) => armOf(lifetime))
  return arms.flatMap((dead) => {
    if (dead.collector === HEALTHY) return []
    const healthy = arms.find(
      (arm) => arm.collector === HEALTHY && arm.lifetime.settings['pair'] === dead.lifetime.settings['pair'],
    )
    return healthy === undefined ? [] : [{ collector: dead.collector, healthy, dead }]
  })
}

/** Longer than what is held up by a busy machine, and shorter than what an export to a dead collector takes. */
const HUNG_MS = 1000

function armOf(lifetime: Lifetime): CollectorArm {
  const from = markedAt(lifetime, MEASURING_BEGAN) ?? Infinity
  const until = markedAt(lifetime, MEASURING_ENDED) ?? lifetime.events.at(-1)?.at ?? Infinity
  const to = markedAt(lifetime, SENDING_ENDED) ?? until
  const exports = eventsOf(lifetime, 'export')
  return {
    lifetime,
    collector: String(lifetime.settings['collector'] ?? HEALTHY),
    from: Number.isFinite(from) ? from : 0,
    to: Number.isFinite(to) ? to : 0,
    until: Number.isFinite(until) ? until : 0,
    latenciesMs: latenciesOf(lifetime, { from, to, until }),
    failed: eventsOf(lifetime, 'request').filter(
      (request) => isBusiness(request) && request.startedAt >= from && request.at <= until && hasFailed(request),
    ),
    hung: eventsOf(lifetime, 'request').filter(
      (request) => isBusiness(request) && request.at > until && request.startedAt <= until - HUNG_MS,
    ),
    servedExportCount: exports.filter(({ fault }) => fault === undefined).length,
    faultyExportCount: exports.filter(({ fault }) => fault !== undefined).length,
  }
}
