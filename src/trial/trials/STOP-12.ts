import { eventsOf } from '../history/lifetime.ts'
import { LAST_MS, lateAnswersOf, NEEDED_LATE, tooFewLate } from '../history/views/answered-late.ts'
import { requestMetrics, type RequestMetrics } from '../history/views/request-metrics.ts'
import { stoppedLifetimes, whatGoesOn, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import type { Facts } from '../facts.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass, skip } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

export default defineTrial({
  id: 'STOP-12',
  slug: 'no-metrics-lost-at-exit',
  claim: 'The histogram of requests has counted every request that was answered, also those of the last moment.',
  procedure:
    'After the end, the count of http.server.request.duration (http.server.duration of older SDKs) is held against the requests that were answered: the last point of cumulative series, the sum of deltas, over all series. FAIL when it counts fewer, or when its last point was made before the last one of them was sent. It may count more: requests that got no answer, and probes, unless a series says that it is of a probe. PASS takes 20 requests that were answered in the last 2 s before the end; of a service that was silent before its end, 20 in the last 2 s before its last answer, and a last point that was made in the last 2 s before the end.',
  seed: ['A1', 'P5'],
  remedy: {
    feature: 'the phase flush of the shutdown of createService()',
    page: 'guide/telemetry.md',
    change:
      'Shut the meter provider down after the last request has ended and before the process exits, and wait for it.',
    rules: [],
  },
  voyages: ['stop-under-load'],
  isTiming: false,
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const findings = stopped.map((each) => ({ each, ...findingOf(each, facts) }))
    const evidence = findings.flatMap((finding) => (finding.evidence === undefined ? [] : [finding.evidence]))
    const figures = [
      { name: 'answeredCount', value: findings.reduce((sum, { answeredCount }) => sum + answeredCount, 0) },
      { name: 'countedCount', value: findings.reduce((sum, { metrics }) => sum + (metrics?.count ?? 0), 0) },
    ]
    const metricCount = stopped.reduce((sum, { lifetime }) => sum + eventsOf(lifetime, 'metric').length, 0)
    if (findings.length > 0 && findings.every(({ metrics }) => metrics === undefined)) {
      if (metricCount === 0 && !facts.telemetry.metrics)
        return skip('No metric ever arrived: the service sends none to OTEL_EXPORTER_OTLP_ENDPOINT (TEL-01)')
      if (metricCount > 0)
        return inconclusive('Metrics arrived, and none is a histogram of requests (http.server.request.duration)', {
          figures,
        })
    }
    const dropped = stopped.reduce((sum, { lifetime }) => sum + (lifetime.droppedEvents.metric ?? 0), 0)
    if (dropped > 0) return inconclusive(`${dropped} points were too many for us to keep`, { figures })
    const [worst] = evidence
    if (worst !== undefined) return fail(worst.says, { evidence, figures })
    const missing = findings.flatMap(({ missing }) => (missing === undefined ? [] : [missing]))
    const notes = findings.flatMap(({ note }) => (note === undefined ? [] : [note]))
    if (findings.length === 0 || missing.length === findings.length)
      return inconclusive(`Nothing can be said: ${[...missing, ...problems].join('; ')}`, { figures, notes })
    const [first] = findings.flatMap(({ metrics }) => (metrics === undefined ? [] : [metrics]))
    return pass(
      `${first?.name ?? 'The histogram'} (${first?.isCumulative === true ? 'cumulative' : 'delta'}) has counted all ${figures[0]?.value} answered requests`,
      { figures, notes: [...notes, ...[...missing, ...problems].map((why) => `Shows less: ${why}`)] },
    )
  },
})

interface Finding {
  readonly answeredCount: number
  readonly metrics?: RequestMetrics
  readonly evidence?: Evidence
  readonly missing?: string
  readonly note?: string
}

function findingOf(each: StoppedLifetime, facts: Facts): Finding {
  const { lifetime, stop } = each
  const { label } = lifetime
  const requests = eventsOf(lifetime, 'request')
  const answered = requests.filter(({ outcome }) => outcome === 'answered')
  const probes = eventsOf(lifetime, 'probe').filter(({ status }) => status !== undefined).length
  const metrics = requestMetrics(
    lifetime,
    Object.values(facts.probes).map(({ path }) => path),
  )
  const base = { answeredCount: answered.length, ...(metrics === undefined ? {} : { metrics }) }
  const late = lateAnswersOf(lifetime)
  const goesOn = whatGoesOn(each)
  if (goesOn !== undefined) return { ...base, missing: `${label}: the service was never stopped: ${goesOn} (STOP-07)` }
  if (stop.killedAt !== undefined) return { ...base, missing: `${label}: the service had to be killed (STOP-06)` }
  if (answered.length === 0) return { ...base, missing: `${label}: no request was answered` }
  // Not when it was answered: on a busy machine we hear of an answer long after it was made.
  const lastSentAt = Math.max(...answered.map(({ startedAt }) => startedAt))
  const seen = { lifetime: lifetime.id, from: stop.signalledAt, to: stop.exit?.at ?? lastSentAt }
  if (metrics === undefined) {
    return {
      ...base,
      evidence: {
        says: `${label}: ${answered.length} requests were answered, and not one metric arrived until the end`,
        seen,
      },
    }
  }
  const counted = metrics.count - metrics.probeCount
  if (counted < answered.length) {
    return {
      ...base,
      evidence: {
        says: `${label}: ${metrics.name} counted ${counted} of ${answered.length} answered requests; its last point was made ${Math.round(metrics.lastMadeAt - stop.signalledAt)} ms after ${stop.signal}`,
        seen,
      },
    }
  }
  if (metrics.lastMadeAt < lastSentAt - CLOCK_SLACK_MS) {
    return {
      ...base,
      evidence: {
        says: `${label}: the last point of ${metrics.name} was made ${Math.round(lastSentAt - metrics.lastMadeAt)} ms before the last request that was answered was sent`,
        seen,
      },
    }
  }
  // With the stock interval of a minute, a point that was made at the end was made because of it.
  const madeAtEnd = stop.exit !== undefined && metrics.lastMadeAt >= stop.exit.at - LAST_MS
  if (late.count < NEEDED_LATE && !(madeAtEnd && late.countAtLast >= NEEDED_LATE))
    return { ...base, missing: `${label}: ${tooFewLate(late)}` }
  const mayHide = metrics.probeCount > 0 ? 0 : Math.min(probes, counted - answered.length)
  return {
    ...base,
    ...(mayHide > 0
      ? {
          note: `${label}: it counts probes, too, and does not tell them apart: up to ${mayHide} lost requests would not be seen`,
        }
      : {}),
  }
}

/** Times of day in exports may be cut to milliseconds, and both clocks are read apart. */
const CLOCK_SLACK_MS = 20
