import type { RequestEvent } from '../history/client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../history/lifetime.ts'
import {
  FLAPPING_BEGAN,
  LOAD_ENDED,
  NEEDED_FAULTY_EXPORTS,
  RECOVERED,
  RECOVERY_MS,
} from '../history/marks/flapping-collector.ts'
import { matchSpans, type SpanMatch } from '../history/views/matched-spans.ts'
import { describeOutcome, hasFailed, isBusiness } from '../history/views/request-success.ts'
import { defineTrial } from '../trial.ts'
import { withoutTraces } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { upperBoundOfNone } from '../verdict/statistics/rule-of-three.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** So many requests have to have been answered after the recovery. */
const NEEDED_REQUESTS = 20

export default defineTrial({
  id: 'TEL-04',
  slug: 'survives-flapping-collector',
  claim: 'A collector that comes and goes costs no request, and once it stays, every span arrives again.',
  procedure:
    'Under steady load the collector is gone for a second and back for a second, several times, and then stays. ' +
    'It fails when a request fails meanwhile, or when a span is missing of a request that was sent 2 s or more after the last recovery. ' +
    'What was lost while it flapped, and what came twice, is told and not judged. ' +
    `Nobody can tell when fewer than ${NEEDED_FAULTY_EXPORTS} exports met the fault and all spans arrived, or fewer than ${NEEDED_REQUESTS} requests were answered after the recovery.`,
  seed: ['P7', 'A2'],
  remedy: {
    feature: 'export that tries again with pauses, from a bounded queue',
    page: 'guide/telemetry.md',
    change:
      'Retry failed exports with growing pauses, from a bounded queue, and let no error of an export reach a request.',
    rules: [],
  },
  voyages: ['flapping-collector'],
  isTiming: false,
  skipBecause: withoutTraces,
  judge({ lifetimes }) {
    const flaps = lifetimes.flatMap((lifetime) => lookAt(lifetime))
    const failed = flaps.flatMap((flap) => flap.failed.map((request) => ({ request, lifetime: flap.lifetime })))
    const after = flaps.flatMap((flap) => flap.after.map((match) => ({ match, lifetime: flap.lifetime })))
    const missing = after.filter(({ match }) => match.what === 'missing')
    const during = flaps.flatMap((flap) => flap.during)
    const lostCount = during.filter(({ what }) => what === 'missing').length
    const duplicateCount = flaps.reduce((sum, flap) => sum + flap.duplicateCount, 0)
    const faultyExportCount = flaps.reduce((sum, flap) => sum + flap.faultyExportCount, 0)
    const requestCount = flaps.reduce((sum, flap) => sum + flap.requestCount, 0)
    const figures = [
      { name: 'requestCount', value: requestCount },
      { name: 'answeredAfterRecovery', value: after.length },
      { name: 'lostWhileFlappingRatio', value: during.length === 0 ? 0 : lostCount / during.length },
      { name: 'duplicateSpanCount', value: duplicateCount },
      { name: 'faultyExportCount', value: faultyExportCount },
    ]
    const notes = [
      ...(lostCount > 0
        ? [`${lostCount} of ${during.length} spans of the time in which the collector came and went never arrived`]
        : []),
      ...(duplicateCount > 0 ? [`${duplicateCount} spans arrived more than once`] : []),
    ]
    const evidence: Evidence[] = [
      ...failed.map(({ request, lifetime }) => ({
        says: `Request ${request.id} was ${describeOutcome(request)} while the collector came and went`,
        seen: { lifetime: lifetime.id, from: request.startedAt, to: request.at, requests: [request.id] },
      })),
      ...missing.map(({ match, lifetime }) => missingEvidence(match, lifetime)),
    ]
    if (failed.length > 0)
      return fail(`${failed.length} of ${requestCount} requests failed while the collector came and went`, {
        evidence,
        figures,
        notes,
      })
    // Also when no export met the fault: an exporter that gave up at the first one is what this is about.
    if (missing.length > 0 && flaps.every(({ arrivedBeforeCount }) => arrivedBeforeCount > 0))
      return fail(`${missing.length} of ${after.length} spans of requests after the recovery never arrived`, {
        evidence,
        figures,
        notes,
      })
    if (faultyExportCount < NEEDED_FAULTY_EXPORTS)
      return inconclusive(
        `${faultyExportCount} exports met the collector while it was gone; it takes ${NEEDED_FAULTY_EXPORTS}`,
        { figures, notes },
      )
    if (after.length < NEEDED_REQUESTS)
      return inconclusive(
        `Only ${after.length} requests were answered ${RECOVERY_MS} ms or more after the recovery; it takes ${NEEDED_REQUESTS}`,
        { figures, notes },
      )
    if (missing.length > 0)
      return inconclusive('No span arrived even before the collector began to come and go', { figures, notes })
    return pass(
      `None of ${requestCount} requests failed (fewer than ${percent(upperBoundOfNone(requestCount))} do, with 95 %), and all ${after.length} spans of after the recovery arrived`,
      { figures, notes },
    )
  },
})

interface Flap {
  readonly lifetime: Lifetime
  readonly requestCount: number
  readonly failed: readonly RequestEvent[]
  /** Of requests that were sent while the collector came and went. */
  readonly during: readonly SpanMatch[]
  /** Of requests that were sent long enough after it stayed. */
  readonly after: readonly SpanMatch[]
  /** Spans of requests from before that arrived. */
  readonly arrivedBeforeCount: number
  readonly duplicateCount: number
  readonly faultyExportCount: number
}

function lookAt(lifetime: Lifetime): Flap[] {
  const beganAt = markedAt(lifetime, FLAPPING_BEGAN)
  const recoveredAt = markedAt(lifetime, RECOVERED)
  if (beganAt === undefined || recoveredAt === undefined) return []
  const endedAt = markedAt(lifetime, LOAD_ENDED) ?? lifetime.events.at(-1)?.at ?? recoveredAt
  const requests = eventsOf(lifetime, 'request').filter(
    (request) => isBusiness(request) && request.startedAt >= beganAt && request.at <= endedAt,
  )
  const matches = matchSpans(lifetime)
  return [
    {
      lifetime,
      requestCount: requests.length,
      failed: requests.filter((request) => hasFailed(request)),
      during: matches.filter(({ request }) => request.startedAt >= beganAt && request.at < recoveredAt),
      after: matches.filter(({ request }) => request.startedAt >= recoveredAt + RECOVERY_MS && request.at <= endedAt),
      arrivedBeforeCount: matches.filter(({ request, what }) => request.at < beganAt && what !== 'missing').length,
      duplicateCount: matches.filter(({ what }) => what === 'duplicate').length,
      faultyExportCount: eventsOf(lifetime, 'export').filter(({ fault }) => fault !== undefined).length,
    },
  ]
}

function missingEvidence({ request }: SpanMatch, lifetime: Lifetime): Evidence {
  const recoveredAt = markedAt(lifetime, RECOVERED) ?? 0
  return {
    says: `The span of request ${request.id}, sent ${Math.round(request.startedAt - recoveredAt)} ms after the collector was back for good, never arrived`,
    seen: { lifetime: lifetime.id, from: request.startedAt, to: request.at, requests: [request.id] },
  }
}
