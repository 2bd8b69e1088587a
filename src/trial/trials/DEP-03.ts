import { eventsOf } from '../history/lifetime.ts'
import { dialsOf, type Outage, outageOf, usedDependency } from '../history/views/outages.ts'
import { isBusiness } from '../history/views/request-success.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { median } from '../verdict/statistics/quantile.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'
import { withoutDependency } from '../without-dependency.ts'

/** Dials a second in an outage, over what is normal, at most. */
const STORM_RATIO = 10
/** More than this is only a storm when it does not calm down. */
const HAMMER_RATIO = 3
/** The later gaps must be so much longer for a service to be backing off. */
const BACK_OFF_RATIO = 1.2
const BURST_RATIO = 5
const BURST_MS = 1000
/** Where our proxy sees that it is dialled: a port that refuses is seen by nobody. */
const VISIBLE = new Set(['reset', 'blackhole'])

export default defineTrial({
  id: 'DEP-03',
  slug: 'no-retry-storm',
  claim: 'A dependency that is away is not stormed with new connections, and not when it is back.',
  procedure:
    'While connections to the dependency are cut or never answered, under load, new ones are counted. What is normal is the number of dials or of requests a second before, whichever is more. ' +
    `It fails with more than ${STORM_RATIO} times the normal number a second, with more than ${HAMMER_RATIO} times and gaps that do not grow, or when in the second after the return there are more than ${BURST_RATIO} times the normal. ` +
    'Nobody can tell when the service never tried to connect again.',
  seed: ['P7'],
  remedy: {
    feature: 'policies with a circuit and a retry budget',
    page: 'guide/resilience.md',
    change:
      'Wait longer after each failed attempt, with jitter, share one attempt among all callers, and open a circuit.',
    rules: [],
  },
  voyages: ['outage'],
  isTiming: false,
  skipBecause: withoutDependency,
  judge({ lifetimes }) {
    const counts = lifetimes.flatMap((lifetime) => {
      const outage = outageOf(lifetime)
      return outage === undefined ? [] : [countDials(outage)]
    })
    if (counts.length === 0) return inconclusive('No outage was seen from its beginning to its end.')
    const figures = counts.flatMap(figuresOf)
    const evidence = counts.flatMap(evidenceOf).toSorted((one, other) => other.ratio - one.ratio)
    const [worst] = evidence
    if (worst !== undefined)
      return fail(worst.evidence.says, { evidence: evidence.map((each) => each.evidence), figures })
    const unused = counts.find(({ outage }) => !usedDependency(outage))
    if (unused !== undefined)
      return inconclusive(`The service was never seen to connect to ${unused.outage.dependency}.`, { figures })
    const quiet = counts.find(({ inOutage }) => inOutage.length === 0)
    if (quiet !== undefined)
      return inconclusive(`The service did not try to connect to ${quiet.outage.dependency} while it was away.`, {
        figures,
      })
    const most = counts.map(({ worstPerSecond }) => worstPerSecond).reduce((one, other) => Math.max(one, other), 0)
    return pass(`At most ${most.toFixed(1)} dials a second while it was away.`, { figures })
  },
})

interface DialCount {
  readonly outage: Outage
  readonly normalPerSecond: number
  /** In the way of being away in which most were made. */
  readonly worstPerSecond: number
  readonly worst: { readonly fault: string; readonly from: number; readonly to: number }
  readonly inOutage: readonly number[]
  readonly isBackingOff: boolean
  readonly burstCount: number
  /** Connections that stood, or could be dialled in a normal second. */
  readonly normalBurst: number
}

function countDials(outage: Outage): DialCount {
  const { lifetime, steadyFrom, from, to } = outage
  const steadyS = Math.max(1, (from - steadyFrom) / 1000)
  const requests = eventsOf(lifetime, 'request').filter(
    (request) => isBusiness(request) && request.startedAt >= steadyFrom && request.startedAt < from,
  )
  const dialsPerSecond = dialsOf(outage, steadyFrom, from).length / steadyS
  const normalPerSecond = Math.max(1, dialsPerSecond, requests.length / steadyS)
  const windows = outage.faults
    .filter(({ fault }) => VISIBLE.has(fault))
    .map(({ fault, from: begins, to: ends }) => {
      const dials = dialsOf(outage, begins, ends)
      return { fault, from: begins, to: ends, dials, perSecond: dials.length / Math.max(0.5, (ends - begins) / 1000) }
    })
  const worst = windows.toSorted((one, other) => other.perSecond - one.perSecond)[0]
  return {
    outage,
    normalPerSecond,
    worstPerSecond: worst?.perSecond ?? 0,
    worst: { fault: worst?.fault ?? '', from: worst?.from ?? from, to: worst?.to ?? to },
    inOutage: windows.flatMap(({ dials }) => dials),
    isBackingOff: gapsGrow(worst?.dials ?? []),
    burstCount: dialsOf(outage, to, to + BURST_MS).length,
    normalBurst: Math.max(normalPerSecond, standingAt(outage)),
  }
}

function gapsGrow(dials: readonly number[]): boolean {
  const gaps = dials.slice(1).map((at, index) => at - (dials[index] ?? at))
  if (gaps.length < 4) return true
  const half = gaps.length >> 1
  return median(gaps.slice(half)) >= median(gaps.slice(0, half)) * BACK_OFF_RATIO
}

/** Connections to the dependency that stood when it went away. */
function standingAt({ lifetime, dependency, from }: Outage): number {
  const standing = new Set<number>()
  for (const event of eventsOf(lifetime, 'dependency')) {
    if (event.dependency !== dependency || event.at >= from) continue
    if (event.what === 'connected') standing.add(event.connection)
    if (event.what === 'closed') standing.delete(event.connection)
  }
  return standing.size
}

function evidenceOf(count: DialCount): { readonly evidence: Evidence; readonly ratio: number }[] {
  const { outage, normalPerSecond, worstPerSecond, worst, isBackingOff, burstCount, normalBurst } = count
  const { dependency, lifetime, to } = outage
  const found: { evidence: Evidence; ratio: number }[] = []
  const ratio = worstPerSecond / normalPerSecond
  if (ratio > STORM_RATIO || (ratio > HAMMER_RATIO && !isBackingOff)) {
    const calm = isBackingOff ? '' : ', and the gaps between them did not grow'
    found.push({
      ratio,
      evidence: {
        says: `${dependency} was dialled ${worstPerSecond.toFixed(0)} times a second while it was away (${worst.fault}), ${ratio.toFixed(1)} times the normal ${normalPerSecond.toFixed(1)}${calm}.`,
        seen: { lifetime: lifetime.id, from: worst.from, to: worst.to },
      },
    })
  }
  if (burstCount > normalBurst * BURST_RATIO) {
    found.push({
      ratio: burstCount / normalBurst,
      evidence: {
        says: `${dependency} was dialled ${burstCount} times in the first second after its return; ${Math.round(normalBurst)} are normal.`,
        seen: { lifetime: lifetime.id, from: to, to: to + BURST_MS },
      },
    })
  }
  return found
}

function figuresOf({ outage, normalPerSecond, worstPerSecond, burstCount }: DialCount): Figure[] {
  const { dependency } = outage
  return [
    { name: `${dependency}NormalPerSecond`, value: normalPerSecond },
    { name: `${dependency}DialsPerSecond`, value: worstPerSecond },
    { name: `${dependency}DialsAfterReturnCount`, value: burstCount },
  ]
}
