import type { Facts } from '../facts.ts'
import { eventsOf } from '../history/lifetime.ts'
import { probePathsOf } from '../history/views/probe-spans.ts'
import { requestMetrics } from '../history/views/request-metrics.ts'
import { type SampledRequests, sampledRequests } from '../history/views/sampled-requests.ts'
import { defineTrial } from '../trial.ts'
import { withoutTraces } from '../without-telemetry.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { exactInterval } from '../verdict/statistics/clopper-pearson.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

/** Requests without a context: with so many, the exact interval tells a tenth from a quarter. */
const NEEDED_ROOTS = 300
/** Requests that were sent as sampled, to show that what was recorded arrives. */
const NEEDED_SAMPLED = 50
/** Two ratios are judged in each run: at 99 % chance alone would refute one in fifty runs of a service that samples as told. */
const CONFIDENCE = 0.9999
/** A share of sampled parents that is lost somewhere; more than this is not recorded. */
const LOSS_RATIO = 0.05

export default defineTrial({
  id: 'TEL-05',
  slug: 'samples-as-configured',
  claim:
    'As many traces are recorded as the sampler is told, the decision of the caller holds, and metrics count every request.',
  procedure:
    'The service runs with OTEL_TRACES_SAMPLER=parentbased_traceidratio at 0.25 and 0.1 (or as it says that it samples), and gets requests without a trace context, with a sampled and with a not sampled one. ' +
    'It fails when the exact interval of the share of recorded roots (Clopper-Pearson, 99.99 %) does not hold the ratio, when a request that was sampled is not recorded or one that was not is, or when the metric of requests misses half of what is not recorded or more. ' +
    'What is lost looks like what was not sampled: nobody can tell unless every sampled request arrives in a run that samples everything.',
  seed: ['A3', 'P4', 'P5'],
  remedy: {
    feature: 'sampling by OTEL_TRACES_SAMPLER, or by a plan',
    page: 'guide/telemetry.md',
    change:
      'Take the sampler from OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG, and let the decision of the parent hold.',
    rules: [],
  },
  voyages: ['sampling'],
  isTiming: false,
  skipBecause: withoutTraces,
  judge({ facts, lifetimes }) {
    const all = lifetimes.flatMap((lifetime) => sampledRequests(lifetime, probePathsOf(facts)) ?? [])
    const control = all.find(({ ratio, isTold }) => ratio === 1 && isTold)
    const judged = all.filter((each) => each !== control)
    const figures = all.flatMap((each) => figuresOf(each))
    const thin = all.find(({ sampledCount }) => sampledCount < NEEDED_SAMPLED)
    if (judged.length === 0) return inconclusive('No run with a sampler was made', { figures })
    if (thin !== undefined || judged.some(({ rootCount }) => rootCount < NEEDED_ROOTS))
      return inconclusive(
        `Too few requests were answered: it takes ${NEEDED_ROOTS} without a context and ${NEEDED_SAMPLED} sampled ones in each run`,
        { figures },
      )
    const reference = control ?? judged[0]
    if (reference !== undefined && reference.missingSampled.length > 0)
      return inconclusive(
        `${reference.missingSampled.length} of ${reference.sampledCount} requests that were sent as sampled have no span in ${control === undefined ? 'this run' : 'the run that samples everything'}: what is lost looks like what was not sampled (see STOP-11 and CTX-01)`,
        { figures },
      )
    const evidence = judged.flatMap((each) => [
      ...wrongShare(each),
      ...lostDecision(each),
      ...recordedAgainst(each),
      ...uncounted(each, { control, facts }),
    ])
    const [first] = evidence
    if (first !== undefined) return fail(first.says, { evidence, figures })
    const lost = judged.map((each) => lostCounts(each, { control, facts })).find((says) => says !== undefined)
    if (lost !== undefined) return inconclusive(lost, { figures })
    const few = judged.find(({ missingSampled }) => missingSampled.length > 0)
    if (few !== undefined)
      return inconclusive(
        `${few.missingSampled.length} of ${few.sampledCount} sampled requests have no span at the ratio ${few.ratio}: a loss, and what is lost looks like what was not sampled`,
        { figures },
      )
    return pass(judged.map((each) => `at ${each.ratio}: ${shareInWords(each)}`).join('; '), { figures })
  },
})

function seenOf({ rootSpans, rootCount }: SampledRequests): number {
  return Math.min(rootCount, new Set(rootSpans.map(({ traceId }) => traceId)).size)
}

function shareInWords(each: SampledRequests): string {
  const { low, high } = exactInterval(seenOf(each), each.rootCount, CONFIDENCE)
  return `${seenOf(each)} of ${each.rootCount} requests without a context were recorded (${percent(seenOf(each) / each.rootCount)}, 99.99 %: ${percent(low)} to ${percent(high)})`
}

function figuresOf(each: SampledRequests): Figure[] {
  if (each.rootCount === 0) return []
  const { low, high } = exactInterval(seenOf(each), each.rootCount, CONFIDENCE)
  return [{ name: `recordedRatioAt${each.ratio}`, value: seenOf(each) / each.rootCount, low, high }]
}

function sightingOf({ lifetime, from, to }: SampledRequests) {
  return { lifetime: lifetime.id, from, to }
}

function wrongShare(each: SampledRequests): Evidence[] {
  const { low, high } = exactInterval(seenOf(each), each.rootCount, CONFIDENCE)
  if (low <= each.ratio && each.ratio <= high) return []
  const told = each.isTold ? `OTEL_TRACES_SAMPLER_ARG said ${each.ratio}` : `${each.ratio} was declared`
  return [{ says: `${told}, and ${shareInWords(each)}`, seen: sightingOf(each) }]
}

function lostDecision(each: SampledRequests): Evidence[] {
  const { missingSampled, sampledCount, ratio } = each
  if (missingSampled.length <= LOSS_RATIO * sampledCount) return []
  return [
    {
      says: `${missingSampled.length} of ${sampledCount} requests that their caller had sampled were not recorded at the ratio ${ratio}: their traces have holes`,
      seen: { ...sightingOf(each), requests: missingSampled.slice(0, 20).map(({ id }) => id) },
    },
  ]
}

function recordedAgainst(each: SampledRequests): Evidence[] {
  const { recordedUnsampled, unsampledCount } = each
  if (recordedUnsampled.length === 0) return []
  return [
    {
      says: `${recordedUnsampled.length} of ${unsampledCount} requests that their caller had not sampled were recorded`,
      seen: { ...sightingOf(each), requests: recordedUnsampled.slice(0, 20).map(({ id }) => id) },
    },
  ]
}

interface Reference {
  readonly control: SampledRequests | undefined
  readonly facts: Facts
}

/** Who counts only what is sampled misses all that is not recorded; a few that are missing were lost. */
const UNCOUNTED_RATIO = 0.5

function uncounted(each: SampledRequests, reference: Reference): Evidence[] {
  const missing = missingCounts(each, reference)
  if (missing === undefined || missing.missing < UNCOUNTED_RATIO * notRecorded(each)) return []
  return [
    {
      says: `${missing.inWords}: metrics have to count what is not sampled, too`,
      seen: sightingOf(each),
    },
  ]
}

function lostCounts(each: SampledRequests, reference: Reference): string | undefined {
  const missing = missingCounts(each, reference)
  if (missing === undefined) return undefined
  return `${missing.inWords}: a loss (see STOP-12), and what is lost looks like what was not counted`
}

/** Counted only against a run that shows that the metric is complete where everything is sampled: else it is a loss (STOP-12). */
function missingCounts(each: SampledRequests, { control, facts }: Reference) {
  if (control === undefined) return undefined
  const whole = countOf(control, facts)
  const here = countOf(each, facts)
  if (whole === undefined || here === undefined) return undefined
  if (whole.counted < whole.answered || here.counted >= here.answered) return undefined
  return {
    missing: here.answered - here.counted,
    inWords: `The metric ${here.name} counted ${here.counted} of ${here.answered} answered requests at the ratio ${each.ratio}`,
  }
}

function notRecorded(each: SampledRequests): number {
  return each.rootCount - seenOf(each) + each.unsampledCount - each.recordedUnsampled.length
}

function countOf({ lifetime }: SampledRequests, facts: Facts) {
  const metrics = requestMetrics(lifetime, probePathsOf(facts))
  if (metrics === undefined) return undefined
  const answered = eventsOf(lifetime, 'request').filter(({ outcome }) => outcome === 'answered').length
  return { name: metrics.name, counted: metrics.count - metrics.probeCount, answered }
}
