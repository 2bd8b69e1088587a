import { type OverloadCourse, overloadCourse } from '../history/views/overload-course.ts'
import { markedAt } from '../history/lifetime.ts'
import { BURST_BEGAN, BURST_ENDED, RECOVERY_ENDED } from '../history/marks/overload.ts'
import { tookMs } from '../history/views/probe-samples.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import { median } from '../verdict/statistics/quantile.ts'
import type { Evidence, Figure, Verdict } from '../verdict/verdict.ts'

/**
 * What was due over what was answered: less is no overload. Twice what 128 connections got is often no more than 1.5 times
 * what 400 get, where a service does more in one turn of its event loop.
 */
const MIN_OVERLOAD = 1.25
/** What queues takes so many times as long. */
const MIN_QUEUE_RATIO = 2
/** Beyond, our own event loop is what is full. */
const MAX_BUSY_RATIO = 0.9
/** A probe of ours beside requests that are later than this may be late by our own doing. */
const MAX_PROBE_LATENESS_MS = 250
/** Beyond a fifth of the burst, what fell due was not what was offered. */
const MAX_LATENESS_MS = 1000
/** What a kubelet waits. */
const LIVENESS_MS = 1000
/** One pause of the machine decides nothing, and a kubelet asks three times before it restarts. */
const MAX_BAD_PROBES_SHARE = 0.1
const MIN_PROBES = 10
const MAX_BROKEN_SHARE = 0.01
/** Of the median, after the burst over before it; and at least so many milliseconds more. */
const MAX_BACK_RATIO = 2
const MAX_BACK_SHIFT_MS = 5
const MIN_SERVED_SHARE = 0.99
const MIN_REQUESTS = 20

export default defineTrial({
  id: 'LOAD-01',
  slug: 'overload-is-shed',
  claim: 'Twice the load that it can take does not drown the service, and afterwards it is as before.',
  procedure:
    'The capacity is measured: the most that is answered in one of six seconds over 128 connections, each of which sends its next request at once. Then twice as many requests a second fall due for five seconds, over 400 connections; what finds none free waits at the clients, or is not sent. ' +
    'To queue is allowed, and to say no by 429 or 503. ' +
    'It fails when the service ends; when more than a tenth of the liveness probes, asked five times a second, has no success within a second; when more than 1 % of the requests ends in any other way than success, 429 or 503; or when in the last two of the five seconds after the burst the median is more than twice what it was (and 5 ms more), or less than 99 % succeeds. ' +
    'Nobody can tell when it was no overload (less than 1.25 times as many due as answered, or nothing was said no to and requests took no longer), or when our own sender was what was full: over 90 % busy, or a second late; a quarter of a second where liveness is what would fail.',
  seed: ['P7'],
  remedy: {
    feature: 'load shedding, and probes that are answered beside the event loop',
    page: 'guide/load-shedding.md',
    change:
      'Bound what is in flight, answer 503 with Retry-After beyond it at once, and keep the liveness probe out of the queue.',
    rules: [],
  },
  voyages: ['overload'],
  isTiming: true,
  isExtra: true,
  // The burst disturbs whatever else is measured meanwhile, and has guards of its own.
  timedSpanOf(lifetime) {
    const from = markedAt(lifetime, BURST_ENDED)
    const to = markedAt(lifetime, RECOVERY_ENDED)
    return from === undefined || to === undefined ? undefined : { from: from + 1000, to }
  },
  judge({ lifetimes }) {
    for (const lifetime of lifetimes) {
      if (lifetime.droppedEvents.request !== undefined)
        return inconclusive('There were more requests than are written down: name one that costs more with --url.')
      const course = overloadCourse(lifetime)
      if (course !== undefined) return judgeCourse(course)
      if (markedAt(lifetime, BURST_BEGAN) !== undefined) return inconclusive('The burst did not come to its end.')
    }
    return inconclusive('No burst was seen: nothing was answered with success before.')
  },
})

function judgeCourse(course: OverloadCourse): Verdict {
  const { from, to, exit, lifetime, probes } = course
  const figures = figuresOf(course)
  const seen = { lifetime, from, to }
  if (exit !== undefined) {
    const how = exit.signal ?? `exit code ${exit.code}`
    const says = `The service ended with ${how}, ${((exit.at - from) / 1000).toFixed(1)} s after the overload had begun.`
    return fail(says, { evidence: [{ says, seen: { lifetime, from, to: exit.at } }], figures, isCounted: true })
  }
  const doubt = doubtOf(course)
  if (doubt !== undefined) return inconclusive(doubt, { figures })
  const evidence = [livenessEvidence(course), brokenEvidence(course), ...recoveryEvidence(course)]
    .filter((says) => says !== undefined)
    .map((says): Evidence => ({ says, seen }))
  const [worst] = evidence
  if (worst !== undefined && worst.says === livenessEvidence(course) && course.latenessMs > MAX_PROBE_LATENESS_MS)
    return inconclusive(`${worst.says} ${late(course)}`, { figures, evidence })
  if (worst !== undefined) return fail(worst.says, { evidence, figures })
  const { offeredCount, servedCount, shedCount } = course
  const notes = probes.length === 0 ? ['No liveness probe is known, so that nobody asked for it: say --live.'] : []
  return pass(
    `Of ${offeredCount} requests that were due in the burst ${servedCount} were answered and ${shedCount} were told no${probes.length === 0 ? '' : `, liveness answered ${probes.length - badProbes(course)} of ${probes.length} times`}; afterwards the median was ${shown(median(course.recoveryMs.slice(-2).flat()))} ms, and before ${shown(median(course.baselineMs))} ms.`,
    { figures, notes },
  )
}

/** Why nothing can be said; `undefined` when it can. */
function doubtOf(course: OverloadCourse): string | undefined {
  const { busyRatio, latenessMs, offeredCount, servedCount, shedCount, probes, baselineMs, isOver } = course
  if (busyRatio > MAX_BUSY_RATIO)
    return `Our own sender was what was full (${percent(busyRatio)} busy), and not the service: name a request that costs more with --url, or give the machine more processors.`
  if (latenessMs > MAX_LATENESS_MS) return late(course)
  if (offeredCount < servedCount * MIN_OVERLOAD)
    return `It was no overload: ${servedCount} of ${offeredCount} requests that were due were answered at once.`
  const queued = median(course.burstTookMs) / median(course.baselineTookMs)
  if (shedCount === 0 && servedCount > 0 && !(queued >= MIN_QUEUE_RATIO))
    return `It was no overload: nothing was told no, and requests took ${shown(queued)} times as long as before.`
  if (probes.length > 0 && probes.length < MIN_PROBES)
    return `Liveness was asked ${probes.length} times in the burst, and it takes ${MIN_PROBES}.`
  if (baselineMs.length < MIN_REQUESTS)
    return `${baselineMs.length} requests were answered before the burst, and it takes ${MIN_REQUESTS}.`
  if (!isOver) return 'The time after the burst did not come to its end.'
  return undefined
}

function late({ latenessMs }: OverloadCourse): string {
  return `Our own requests went out ${Math.round(latenessMs)} ms late in the burst: the machine had no room for both.`
}

function badProbes({ probes }: OverloadCourse): number {
  return probes.filter((probe) => !probe.isSuccess || tookMs(probe) > LIVENESS_MS).length
}

function livenessEvidence(course: OverloadCourse): string | undefined {
  const { probes } = course
  const bad = badProbes(course)
  if (probes.length === 0 || bad <= probes.length * MAX_BAD_PROBES_SHARE) return undefined
  const slowest = Math.max(...probes.map(({ at, startedAt }) => at - startedAt))
  return `Under overload ${bad} of ${probes.length} liveness probes had no success within a second (${Math.round(slowest)} ms at most): a kubelet restarts what is only busy.`
}

function brokenEvidence({ brokenCount, servedCount, shedCount }: OverloadCourse): string | undefined {
  const total = brokenCount + servedCount + shedCount
  if (brokenCount <= total * MAX_BROKEN_SHARE) return undefined
  return `Under overload ${brokenCount} of ${total} requests ended neither with success nor with 429 or 503.`
}

function recoveryEvidence({ baselineMs, recoveryMs, lastCount, lastServedCount }: OverloadCourse): string[] {
  const before = median(baselineMs)
  const after = median(recoveryMs.slice(-2).flat())
  const evidence: string[] = []
  if (lastCount < MIN_REQUESTS)
    return [
      `Three seconds after the burst clients still waited for their answers: they could send ${lastCount} requests in two seconds.`,
    ]
  if (lastServedCount < lastCount * MIN_SERVED_SHARE)
    evidence.push(`Three seconds after the burst ${lastCount - lastServedCount} of ${lastCount} requests still failed.`)
  if (after > Math.max(before * MAX_BACK_RATIO, before + MAX_BACK_SHIFT_MS))
    evidence.push(`Three seconds after the burst the median was ${shown(after)} ms, and before it ${shown(before)} ms.`)
  return evidence
}

function figuresOf(course: OverloadCourse): Figure[] {
  const { capacityPerSecond, offeredCount, servedCount, shedCount, brokenCount, busyRatio, latenessMs } = course
  const before = median(course.baselineMs)
  const limitMs = Math.max(before * MAX_BACK_RATIO, before + MAX_BACK_SHIFT_MS)
  const back = course.recoveryMs.findIndex((each) => median(each) <= limitMs)
  return [
    { name: 'capacityPerSecond', value: Math.round(capacityPerSecond) },
    ...Object.entries({ offeredCount, servedCount, shedCount, brokenCount }).map(([name, value]) => ({ name, value })),
    { name: 'senderBusyRatio', value: Math.round(busyRatio * 100) / 100 },
    { name: 'senderLatenessMs', value: Math.round(latenessMs) },
    { name: 'livenessBadCount', value: badProbes(course) },
    {
      name: 'livenessSlowestMs',
      value: Math.round(Math.max(0, ...course.probes.map(({ at, startedAt }) => at - startedAt))),
    },
    { name: 'baselineP50Ms', value: before },
    { name: 'burstP50Ms', value: median(course.burstTookMs) },
    { name: 'afterP50Ms', value: median(course.recoveryMs.slice(-2).flat()) },
    ...(back < 0 ? [] : [{ name: 'backAfterSeconds', value: back + 1 }]),
  ].filter(({ value }) => Number.isFinite(value))
}

function shown(value: number): string {
  return value.toFixed(1)
}
