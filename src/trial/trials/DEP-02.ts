import { DELAY_MS } from '../history/marks/slow-dependency.ts'
import { hasFailed } from '../history/views/request-success.ts'
import { restartOf } from '../history/views/restarts.ts'
import { type Bystander, type SlowDependency, slowDependencyOf } from '../history/views/slow-dependency.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import {
  compareLatencies,
  type LatencyComparison,
  SLOWER_CHANCE,
  SLOWER_SHIFT_MS,
} from '../verdict/statistics/compare-latencies.ts'
import { median } from '../verdict/statistics/quantile.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'
import { withoutDependency } from '../without-dependency.ts'

/** A median so many times as long is no longer the same route. */
const SUNK_RATIO = 2
/** Of each arm. */
const NEEDED_SAMPLES = 30
/** Other requests that the slow dependency made wait, or fail. */
const NEEDED_MET = 10
/** More than usual by so much: a wait for the dependency. */
const WAITED_MS = 300
/** A share of failures that no stall of the machine explains, where there were none before. */
const BAD_RATIO = 0.1

export default defineTrial({
  id: 'DEP-02',
  slug: 'slow-dependency-stays-alone',
  claim: 'A slow dependency makes nothing slow that does not use it.',
  procedure:
    `Under load, a dependency answers ${DELAY_MS / 1000} s late for some seconds. Looked at is what does not use it: the liveness probe, and every route whose requests were seen to make no call. ` +
    `It fails when the median of one of them is more than ${SUNK_RATIO} times as long (lower bound, bootstrap, 95 %), a request is slower with a chance over ${SLOWER_CHANCE} (Mann-Whitney) and the shift is over ${SLOWER_SHIFT_MS} ms; or when more than ${BAD_RATIO * 100} % of its requests fail and none did before. ` +
    `It passes when the upper bound of the ratio is below ${SUNK_RATIO}, or that of the shift below ${SLOWER_SHIFT_MS} ms. ` +
    'Nobody can tell in between, when there is no such route, or when no other request was seen to wait for the dependency.',
  seed: ['P7'],
  remedy: {
    feature: 'policies with a time limit and a limit of concurrent calls for each dependency (a bulkhead)',
    page: 'guide/resilience.md',
    change:
      'Give calls to each dependency a time limit and places of their own, so that those who wait for it hold nothing that others need.',
    rules: [],
  },
  voyages: ['slow-dependency'],
  isTiming: true,
  isExtra: true,
  timedSpanOf: (lifetime) => slowDependencyOf(lifetime),
  skipBecause: withoutDependency,
  judge({ lifetimes }) {
    const seen = lifetimes.flatMap((lifetime) => slowDependencyOf(lifetime) ?? [])
    if (seen.length === 0) return inconclusive('No dependency was ever made slow.')
    const findings = seen.map(lookAt)
    const figures = findings.flatMap((finding) => finding.figures)
    const evidence = findings.flatMap((finding) => finding.evidence)
    const isCounted = findings.some((finding) => finding.isCounted)
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures, isCounted })
    const unclear = findings.find(({ because }) => because !== undefined)
    if (unclear?.because !== undefined) return inconclusive(unclear.because, { figures })
    return pass(findings.map(({ says }) => says).join(' '), { figures })
  },
})

interface Finding {
  readonly says: string
  readonly evidence: readonly Evidence[]
  /** Whether a piece of evidence rests on no times. */
  readonly isCounted: boolean
  readonly because?: string
  readonly figures: readonly Figure[]
}

function lookAt(slow: SlowDependency): Finding {
  const { dependency, lifetime, from, to, bystanders } = slow
  const metCount = countMet(slow)
  const looked = bystanders
    .filter(({ fast, slow: arm }) => Math.min(fast.flat().length, arm.flat().length) >= NEEDED_SAMPLES)
    .map((bystander) => ({ bystander, comparison: compare(bystander) }))
  const ended = restartOf(lifetime, {
    from,
    to,
    after: `the look at ${dependency} began`,
    because: 'it did not stand a slow dependency',
  })
  const failing = looked.flatMap(({ bystander }) => failingOf(bystander, slow))
  const sunk = looked.flatMap((each) => (isSunk(each.comparison) ? [sunkOf(each, slow)] : []))
  const figures: Figure[] = [
    { name: `${dependency}MetCount`, value: metCount },
    ...looked.flatMap(({ bystander: { name }, comparison: { ratio, shiftMs } }) => [
      { name: `${dependency} ${name} p50Ratio`, ...ratio },
      { name: `${dependency} ${name} p50ShiftMs`, ...shiftMs },
    ]),
  ]
  const names = looked.map(({ bystander, comparison }) => `${bystander.name} (${describe(comparison)})`).join(', ')
  const found = {
    says: `${metCount} requests waited for ${dependency} or failed, and others did not: ${names}.`,
    evidence: [...ended, ...failing, ...sunk],
    isCounted: ended.length + failing.length > 0,
    figures,
  }
  const because = whyUnclear(slow, looked, metCount)
  return because === undefined || ended.length > 0
    ? found
    : { ...found, evidence: because.isOpen ? found.evidence : [], because: because.says }
}

interface Looked {
  readonly bystander: Bystander
  readonly comparison: LatencyComparison
}

function whyUnclear(
  { dependency, bystanders }: SlowDependency,
  looked: readonly Looked[],
  metCount: number,
): { readonly says: string; readonly isOpen: boolean } | undefined {
  const unclear = (says: string, isOpen = false) => ({ says, isOpen })
  if (bystanders.length === 0)
    return unclear(
      `Nothing was found that does not use ${dependency}: the service has no liveness probe, and no route was seen to make no call.`,
    )
  if (looked.length === 0)
    return unclear(
      `Too little was asked of what does not use ${dependency}; it takes ${NEEDED_SAMPLES} answers in each arm.`,
    )
  if (metCount < NEEDED_MET)
    return unclear(
      `${metCount} other requests waited for ${dependency} or failed while it was slow; it takes ${NEEDED_MET} to tell what they do to others.`,
    )
  const open = looked.find(({ comparison }) => !isAfloat(comparison))
  if (open === undefined) return undefined
  return unclear(
    `Neither clearly slower nor clearly as fast: ${open.bystander.name}, ${describe(open.comparison)}.`,
    true,
  )
}

function compare({ fast, slow }: Bystander): LatencyComparison {
  const times = (blocks: Bystander['fast']): number[][] => blocks.map((block) => block.map(({ tookMs }) => tookMs))
  return compareLatencies(times(fast), times(slow))
}

function isSunk({ ratio, slowerRatio, shiftMs }: LatencyComparison): boolean {
  return ratio.low > SUNK_RATIO && slowerRatio > SLOWER_CHANCE && shiftMs.value > SLOWER_SHIFT_MS
}

function isAfloat({ ratio, shiftMs }: LatencyComparison): boolean {
  return ratio.high < SUNK_RATIO || shiftMs.high < SLOWER_SHIFT_MS
}

/** Requests that were met by the slow dependency at all. */
function countMet({ fast, slow }: SlowDependency): number {
  const usualMs = median(fast.map(({ at, intendedAt }) => at - intendedAt))
  return slow.filter((request) => hasFailed(request) || request.at - request.intendedAt > usualMs + WAITED_MS).length
}

function failingOf(
  { name, fast, slow: arm }: Bystander,
  { dependency, lifetime, from, to }: SlowDependency,
): Evidence[] {
  const all = arm.flat()
  const bad = all.filter(({ isBad }) => isBad)
  if (fast.flat().some(({ isBad }) => isBad) || bad.length <= all.length * BAD_RATIO) return []
  return [
    {
      says: `${bad.length} of ${all.length} requests to ${name} failed while ${dependency} was slow, and none before and after.`,
      seen: { lifetime: lifetime.id, from: bad[0]?.at ?? from, to },
    },
  ]
}

function sunkOf({ bystander, comparison }: Looked, { dependency, lifetime, from, to }: SlowDependency): Evidence {
  return {
    says: `With ${dependency} slow, ${bystander.name} is slow, too, although it does not use it: ${describe(comparison)}.`,
    seen: { lifetime: lifetime.id, from: bystander.slow[0]?.[0]?.at ?? from, to },
  }
}

function describe({ p50Ms, ratio, shiftMs, slowerRatio }: LatencyComparison): string {
  return `median ${p50Ms.toFixed(1)} to ${(p50Ms + shiftMs.value).toFixed(1)} ms, ratio ${ratio.value.toFixed(2)} (95 %: ${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}), slower with the chance ${slowerRatio.toFixed(2)}`
}
