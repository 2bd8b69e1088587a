import { allowedLagMs, type ReadinessSample, readinessSamples } from '../history/views/readiness-samples.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { type Interval, wilsonInterval } from '../verdict/statistics/wilson-interval.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Share of the answers that have to agree with what becomes of requests. */
const NEEDED_RATIO = 0.95
/** With fewer, 95 % can't be shown even if all agree: 73 / (73 + 1.96²) is the first above. */
const NEEDED_SAMPLES = 73
/** One side of the table is judged by itself when it has so many. */
const NEEDED_OF_SIDE = 20

export default defineTrial({
  id: 'PROBE-03',
  slug: 'readiness-tells-the-truth',
  claim: 'Readiness says yes when requests succeed, and no when they fail.',
  procedure:
    'Through all voyages with load, every answer of readiness is held against the requests that were sent within 100 ms of it: a table of two by two. ' +
    'Answers that lag behind a change are left out for period times failure threshold of the manifest, or 10 s. ' +
    `It fails when less than ${NEEDED_RATIO * 100} % agree, by the lower bound of Wilson's interval; or, of at least ${NEEDED_OF_SIDE} answers while requests succeeded, or while they failed, by its upper bound. With fewer than ${NEEDED_SAMPLES} answers nobody can tell.`,
  seed: ['P2'],
  remedy: {
    feature: 'health checks with hysteresis: critical ones decide readiness',
    page: 'guide/health.md',
    change: 'Let readiness depend on exactly those things without which requests fail.',
    rules: [],
  },
  voyages: ['underway', 'outage', 'no-dependency-start', 'starts'],
  isTiming: false,
  skipBecause: ({ probes }) =>
    probes.ready === undefined ? 'The service has no readiness probe; declare its path with --ready' : undefined,
  judge({ facts, lifetimes }) {
    const samples = lifetimes.flatMap((lifetime) => readinessSamples(lifetime, facts))
    const whenWorking = makeSide(
      samples.filter(({ requestsSucceeded }) => requestsSucceeded),
      true,
    )
    const whenFailing = makeSide(
      samples.filter(({ requestsSucceeded }) => !requestsSucceeded),
      false,
    )
    const all = wilsonInterval(whenWorking.agreed + whenFailing.agreed, samples.length)
    const figures = [
      { name: 'readyWhileRequestsSucceeded', value: whenWorking.agreed },
      { name: 'notReadyWhileRequestsSucceeded', value: whenWorking.wrong.length },
      { name: 'readyWhileRequestsFailed', value: whenFailing.wrong.length },
      { name: 'notReadyWhileRequestsFailed', value: whenFailing.agreed },
      { name: 'agreementRatio', value: ratio(whenWorking.agreed + whenFailing.agreed, samples.length), ...all },
      { name: 'sensitivityRatio', value: ratio(whenWorking.agreed, whenWorking.count), ...whenWorking.interval },
      { name: 'specificityRatio', value: ratio(whenFailing.agreed, whenFailing.count), ...whenFailing.interval },
    ]
    const isBad =
      (samples.length >= NEEDED_SAMPLES && all.low < NEEDED_RATIO) || [whenWorking, whenFailing].some(isRefuted)
    if (isBad) {
      const evidence = [...evidenceOf(whenFailing), ...evidenceOf(whenWorking)]
      return fail(evidence[0]?.says ?? '', { evidence, figures })
    }
    if (samples.length < NEEDED_SAMPLES)
      return inconclusive(
        `Only ${samples.length} answers of readiness can be held against requests; it takes ${NEEDED_SAMPLES}`,
        { figures },
      )
    return pass(
      `Readiness agreed with what became of requests in ${whenWorking.agreed + whenFailing.agreed} of ${samples.length} cases (at least ${percent(all.low)}, with 95 %)`,
      {
        figures,
        notes:
          whenFailing.count >= NEEDED_OF_SIDE
            ? []
            : [
                `Requests failed at only ${whenFailing.count} of these answers: that readiness says no is hardly shown (up to ${allowedLagMs(facts) / 1000} s after a change it may lag)`,
              ],
      },
    )
  },
})

/** All answers while requests succeeded, or while they failed. */
interface Side {
  readonly count: number
  readonly agreed: number
  readonly wrong: readonly ReadinessSample[]
  readonly interval: Interval
}

function makeSide(samples: readonly ReadinessSample[], expected: boolean): Side {
  const wrong = samples.filter(({ saidReady }) => saidReady !== expected)
  const agreed = samples.length - wrong.length
  return { count: samples.length, agreed, wrong, interval: wilsonInterval(agreed, samples.length) }
}

function isRefuted({ count, interval }: Side): boolean {
  return count >= NEEDED_OF_SIDE && interval.high < NEEDED_RATIO
}

function evidenceOf({ count, wrong }: Side): Evidence[] {
  const [first] = wrong
  if (first === undefined) return []
  const inLifetime = wrong.filter(({ lifetime }) => lifetime === first.lifetime)
  const says = first.saidReady
    ? `Readiness said yes ${wrong.length} times of ${count} while requests failed`
    : `Readiness said no ${wrong.length} times of ${count} while requests succeeded`
  return [
    {
      says,
      seen: {
        lifetime: first.lifetime,
        from: first.at,
        to: inLifetime.at(-1)?.at ?? first.at,
        requests: [...new Set(inLifetime.flatMap(({ requests }) => requests))].slice(0, 20),
      },
    },
  ]
}

/** A share; 1 of nothing, since nothing disagreed: its bounds tell that nothing is known. */
function ratio(count: number, of: number): number {
  return of === 0 ? 1 : count / of
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
