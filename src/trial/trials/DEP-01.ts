import type { Facts } from '../facts.ts'
import type { ProbeEvent } from '../history/event.ts'
import { eventsOf } from '../history/lifetime.ts'
import { degradedMode, describeDegraded } from '../history/views/degraded-mode.ts'
import { describeExit, exitedByItself, lastLines } from '../history/views/exits.ts'
import { type Outage, outageOf, usedDependency } from '../history/views/outages.ts'
import { probesOf } from '../history/views/probe-samples.ts'
import { describeOutcome, hasFailed, isBusiness } from '../history/views/request-success.ts'
import type { RequestEvent } from '../history/client-events.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'
import { withoutDependency } from '../without-dependency.ts'

const GOOD_SHARE = 0.99
/** Until business is well again after the dependency is back. */
const RECOVERY_MS = 5000
/** What was in flight for less when the watch ended was met by what came next, and says nothing of the recovery. */
const SETTLING_MS = 1000
/** Beside the probes that a kubelet needs, what readiness may take to notice. */
const NOTICE_MS = 2000
/** A single probe that is late is noise; a kubelet, too, waits for several. */
const LIVE_FAILURES_IN_A_ROW = 3
/** Liveness that does not answer is judged only when it lasts. */
const HANGING_MS = 2500
const MIN_REQUESTS = 20

export default defineTrial({
  id: 'DEP-01',
  slug: 'survives-an-outage',
  claim:
    'An outage of a dependency makes the service not ready, never dead, and it is well again when the dependency is.',
  procedure:
    'Under load, connections to the dependency are refused, cut, then taken and never answered, and then it is back. ' +
    'It fails when the process ends; when liveness fails; when readiness goes on saying yes while requests fail, later than a kubelet would need to notice (period × threshold, and 2 s); ' +
    `or when fewer than ${GOOD_SHARE * 100} % of the requests succeed ${RECOVERY_MS / 1000} s after the dependency is back. ` +
    'A service that stays ready and answers correctly all the time passes: it does without; so does one of which some routes go on and the others are refused with 503. Nobody can tell when the service never used the dependency, or too few requests were made.',
  seed: ['P2', 'P7'],
  remedy: {
    feature:
      'checks of readiness that are separate from liveness, and policies with circuits for calls to dependencies',
    page: 'guide/health.md',
    change:
      'Let readiness, and never liveness, follow the dependency; give calls to it a time limit; and connect again after it has been away.',
    rules: [],
  },
  voyages: ['outage'],
  isTiming: false,
  skipBecause: withoutDependency,
  judge({ facts, lifetimes }) {
    const outages = lifetimes.flatMap((lifetime) => outageOf(lifetime) ?? [])
    if (outages.length === 0) return inconclusive('No outage was seen from its beginning to its end.')
    const findings = outages.map((outage) => lookAt(outage, facts))
    const figures = findings.flatMap((finding) => finding.figures)
    const notes = findings.flatMap((finding) => finding.notes)
    const evidence = findings.flatMap((finding) => finding.evidence)
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures, notes })
    const unclear = findings.find(({ because }) => because !== undefined)
    if (unclear?.because !== undefined) return inconclusive(unclear.because, { figures, notes })
    const names = outages.map(({ dependency }) => dependency).join(', ')
    return pass(`Alive without ${names}, honest about it, and well again afterwards.`, { figures, notes })
  },
})

interface Finding {
  readonly evidence: readonly Evidence[]
  readonly because?: string
  readonly figures: readonly Figure[]
  readonly notes: readonly string[]
}

function lookAt(outage: Outage, facts: Facts): Finding {
  const { dependency, lifetime, from, to, watchedUntil } = outage
  const business = eventsOf(lifetime, 'request').filter(isBusiness)
  const during = business.filter(({ startedAt, at }) => startedAt >= from && at < to)
  const steady = business.filter(({ startedAt, at }) => startedAt >= outage.steadyFrom && at < from)
  const after = business.filter(
    ({ startedAt, at }) =>
      startedAt >= to + RECOVERY_MS &&
      startedAt < watchedUntil &&
      (at < watchedUntil || startedAt < watchedUntil - SETTLING_MS),
  )
  const failedDuring = during.filter(hasFailed)
  const ready = probesOf(lifetime, 'ready', from, to)
  const said = ready.find(({ isSuccess }) => !isSuccess)
  const figures: Figure[] = [
    { name: `${dependency}SuccessInOutageRatio`, value: successOf(during) },
    { name: `${dependency}SuccessAfterRatio`, value: successOf(after) },
    ...(said === undefined ? [] : [{ name: `${dependency}NotReadyAfterMs`, value: Math.round(said.at - from) }]),
  ]
  const notes: string[] = []
  const degraded = degradedMode(during)
  const evidence = [
    ...endOf(outage),
    ...livenessOf(outage),
    ...(degraded === undefined
      ? readinessOf(outage, facts, { ready, failed: failedDuring, count: during.length })
      : []),
    ...recoveryOf(outage, after, steady),
  ]
  if (evidence.length > 0) return { evidence, figures, notes }
  const unclear = (because: string): Finding => ({ evidence, because, figures, notes })
  if (!usedDependency(outage)) return unclear(`The service was never seen to connect to ${dependency}.`)
  if (successOf(steady) < GOOD_SHARE)
    return unclear(`Requests failed before ${dependency} was away, so the outage can't be told from it.`)
  if (during.length < MIN_REQUESTS || after.length < MIN_REQUESTS)
    return unclear(
      `${during.length} requests were settled while ${dependency} was away and ${after.length} sent after it, and it takes ${MIN_REQUESTS} of each.`,
    )
  if (facts.probes.live === undefined)
    notes.push('There is no liveness probe: that it stays alive was seen by its process only.')
  if (facts.probes.ready === undefined)
    notes.push('There is no readiness probe: that requests failed was told to nobody.')
  else if (said === undefined && degraded !== undefined)
    notes.push(`It stayed ready without ${dependency}, in a degraded mode: ${describeDegraded(degraded)}.`)
  else if (said === undefined)
    notes.push(`It answered ${percent(successOf(during))} of the requests without ${dependency}, and stayed ready.`)
  return { evidence, figures, notes }
}

function successOf(requests: readonly RequestEvent[]): number {
  return requests.length === 0 ? 0 : 1 - requests.filter(hasFailed).length / requests.length
}

function endOf({ dependency, lifetime, from, watchedUntil }: Outage): Evidence[] {
  const exit = exitedByItself(lifetime)
  if (exit === undefined || exit.at < from || exit.at > watchedUntil) return []
  const seconds = ((exit.at - from) / 1000).toFixed(1)
  return [
    {
      says: `The process ended with ${describeExit(exit)}, ${seconds} s after ${dependency} went away.`,
      seen: { lifetime: lifetime.id, from, to: exit.at },
      lines: lastLines(lifetime),
    },
  ]
}

function livenessOf({ dependency, lifetime, from, to }: Outage): Evidence[] {
  let row: ProbeEvent[] = []
  for (const probe of probesOf(lifetime, 'live', from, to)) {
    row = probe.isSuccess ? [] : [...row, probe]
    const [first] = row
    if (first === undefined || row.length < LIVE_FAILURES_IN_A_ROW) continue
    // Probes that wait at the same time fail together when the machine stalls for a moment.
    if (row.some(({ status }) => status === undefined) && probe.at - first.startedAt < HANGING_MS) continue
    const how = first.status === undefined ? 'did not answer in time' : `answered ${first.status}`
    return [
      {
        says: `Liveness ${how}, ${Math.round(first.at - from)} ms after ${dependency} went away: a kubelet would restart a service that is well.`,
        seen: { lifetime: lifetime.id, from: first.startedAt, to: probe.at },
      },
    ]
  }
  return []
}

function readinessOf(
  { dependency, lifetime, from, to }: Outage,
  facts: Facts,
  seen: { readonly ready: readonly ProbeEvent[]; readonly failed: readonly RequestEvent[]; readonly count: number },
): Evidence[] {
  const probe = facts.probes.ready
  const { ready, failed, count } = seen
  const [first] = failed
  if (probe === undefined || ready.length === 0 || first === undefined || failed.length <= count * (1 - GOOD_SHARE))
    return []
  const allowedMs = probe.periodMs * probe.failureThreshold + NOTICE_MS
  // Of requests that hang, nobody knows before they have failed.
  const since = Math.max(
    from,
    failed.reduce((earliest, { at }) => Math.min(earliest, at), Infinity),
  )
  const notReady = ready.find(({ isSuccess }) => !isSuccess)
  if (notReady !== undefined && notReady.at - since <= allowedMs) return []
  const until = notReady?.at ?? to
  // Too short a look to call it a lie: requests began to fail only just before the dependency came back.
  if (notReady === undefined && until - since < NOTICE_MS) return []
  return [
    {
      says: `Readiness said yes for ${((until - since) / 1000).toFixed(1)} s without ${dependency}, while ${failed.length} of ${count} requests failed.`,
      seen: { lifetime: lifetime.id, from: since, to: until, requests: failed.slice(0, 20).map(({ id }) => id) },
      lines: [`request ${first.id}: ${describeOutcome(first)}`],
    },
  ]
}

function recoveryOf(
  { dependency, lifetime, to, watchedUntil }: Outage,
  after: readonly RequestEvent[],
  steady: readonly RequestEvent[],
): Evidence[] {
  // What failed before is no matter of the outage.
  if (after.length < MIN_REQUESTS || successOf(steady) < GOOD_SHARE) return []
  const failed = after.filter(hasFailed)
  if (failed.length > after.length * (1 - GOOD_SHARE)) {
    return [
      {
        says: `${RECOVERY_MS / 1000} s after ${dependency} was back, ${failed.length} of ${after.length} requests still failed.`,
        seen: { lifetime: lifetime.id, from: to, to: watchedUntil, requests: failed.slice(0, 20).map(({ id }) => id) },
        lines: failed.slice(0, 3).map((request) => `request ${request.id}: ${describeOutcome(request)}`),
      },
    ]
  }
  const last = probesOf(lifetime, 'ready', to + RECOVERY_MS, watchedUntil)
  const wasReady = probesOf(lifetime, 'ready', 0, to).some(({ isSuccess }) => isSuccess)
  if (!wasReady || last.length < LIVE_FAILURES_IN_A_ROW || last.some(({ isSuccess }) => isSuccess)) return []
  return [
    {
      says: `Readiness still said no ${((watchedUntil - to) / 1000).toFixed(1)} s after ${dependency} was back, although requests succeeded.`,
      seen: { lifetime: lifetime.id, from: to, to: watchedUntil },
    },
  ]
}
