import type { RequestEvent } from '../history/client-events.ts'
import { RECOVERY_MS, WELL_MS } from '../history/marks/half-open.ts'
import { type HalfOpen, halfOpenOf } from '../history/views/half-open.ts'
import { describeOutcome, hasFailed } from '../history/views/request-success.ts'
import { restartOf } from '../history/views/restarts.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'
import { withoutDependency } from '../without-dependency.ts'

const GOOD_SHARE = 0.99
/** In the last seconds that were watched, and before. */
const MIN_REQUESTS = 20

export default defineTrial({
  id: 'DEP-04',
  slug: 'half-open-connections',
  claim: 'Connections to a dependency that are dead, and of which nobody said so, are found out and replaced.',
  procedure:
    'Under load, what stands between the service and its dependency is dropped without a FIN or RST, as by a firewall that forgets, while new connections work. ' +
    `It fails when fewer than ${GOOD_SHARE * 100} % of the requests succeed ${RECOVERY_MS / 1000} s later (or in the ${WELL_MS / 1000} s after that), or when the process ends or closes its port: a restart is no recovery. ` +
    'Nobody can tell when no connection stood, or when the service never used one of them again. ' +
    'About ten connections are made to stand: a pool that holds many more has places left, and its dead ones are found by nobody.',
  seed: ['P7'],
  remedy: {
    feature: 'policies with a time limit, and adapters of databases that replace a connection which does not answer',
    page: 'guide/resilience.md',
    change:
      'Give each call a time limit, and close the connection on which it ran out instead of giving it back to the pool.',
    rules: [],
  },
  voyages: ['half-open'],
  isTiming: false,
  isExtra: true,
  skipBecause: withoutDependency,
  judge({ lifetimes }) {
    const seen = lifetimes.flatMap((lifetime) => halfOpenOf(lifetime) ?? [])
    if (seen.length === 0) return inconclusive('No connection was ever forgotten.')
    const findings = seen.map(lookAt)
    const figures = findings.flatMap((finding) => finding.figures)
    const evidence = findings.flatMap((finding) => finding.evidence)
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    const unclear = findings.find(({ because }) => because !== undefined)
    if (unclear?.because !== undefined) return inconclusive(unclear.because, { figures })
    return pass(findings.map(({ says }) => says).join(' '), { figures })
  },
})

interface Finding {
  readonly says: string
  readonly evidence: readonly Evidence[]
  readonly because?: string
  readonly figures: readonly Figure[]
}

function lookAt(halfOpen: HalfOpen): Finding {
  const { dependency, from, watchedUntil, forgotten, dialCount, isMet, steady, after } = halfOpen
  const failed = after.filter(hasFailed)
  const last = after.filter(({ at }) => at >= watchedUntil - WELL_MS)
  const lastFailed = last.filter(hasFailed)
  const wellAfterMs = Math.max(0, ...failed.map(({ at }) => Math.round(at - from)))
  const isWell = lastFailed.length <= last.length * (1 - GOOD_SHARE)
  const figures: Figure[] = [
    { name: `${dependency}ForgottenConnectionCount`, value: forgotten.size },
    { name: `${dependency}DialsAfterCount`, value: dialCount },
    { name: `${dependency}FailedCount`, value: failed.length },
    ...(isWell ? [{ name: `${dependency}WellAfterMs`, value: wellAfterMs }] : []),
  ]
  const says = `${connections(forgotten.size)} to ${dependency} died in silence; ${failed.length} of ${after.length} requests failed, the last ${(wellAfterMs / 1000).toFixed(1)} s after that.`
  const evidence = restartOf(halfOpen.lifetime, {
    from,
    to: watchedUntil,
    after: `the connections to ${dependency} were dead`,
    because: 'a restart is no recovery',
  })
  if (evidence.length > 0) return { says, evidence, figures }
  const unclear = (because: string): Finding => ({ says, evidence, because, figures })
  if (steady.filter(hasFailed).length > steady.length * (1 - GOOD_SHARE))
    return unclear(
      `Requests failed before the connections to ${dependency} were dead, so it can't be told what that did.`,
    )
  if (forgotten.size === 0) return unclear(`No connection to ${dependency} stood, so none could die.`)
  if (!isMet) return unclear(`${connections(forgotten.size)} to ${dependency} stood and died, and none was used again.`)
  if (steady.length < MIN_REQUESTS || last.length < MIN_REQUESTS)
    return unclear(
      `${steady.length} requests were made before and ${last.length} ended in the last ${WELL_MS / 1000} s; it takes ${MIN_REQUESTS} of each.`,
    )
  if (isWell) return { says, evidence, figures }
  const watchedS = ((watchedUntil - from) / 1000).toFixed(1)
  if (watchedUntil - from < RECOVERY_MS)
    return unclear(`Requests still failed, but it was watched for ${watchedS} s only.`)
  return { says, evidence: [stillFailing(halfOpen, last, lastFailed)], figures }
}

function connections(count: number): string {
  return count === 1 ? '1 connection' : `${count} connections`
}

function stillFailing(
  { dependency, lifetime, from, watchedUntil, forgotten }: HalfOpen,
  last: readonly RequestEvent[],
  failed: readonly RequestEvent[],
): Evidence {
  return {
    says: `${((watchedUntil - from) / 1000).toFixed(0)} s after ${connections(forgotten.size)} to ${dependency} died in silence, ${failed.length} of ${last.length} requests still failed, although new connections work.`,
    seen: { lifetime: lifetime.id, from, to: watchedUntil, requests: failed.slice(0, 20).map(({ id }) => id) },
    lines: failed.slice(0, 3).map((request) => `request ${request.id}: ${describeOutcome(request)}`),
  }
}
