import { failureVolumes, type FailureVolume } from '../history/views/failure-volumes.ts'
import { type ChannelVolume, type LinePattern, linesPerRequest } from '../history/views/log-volume.ts'
import { defineTrial } from '../trial.ts'
import { counted } from '../verdict/counted.ts'
import { fail, inconclusive, pass } from '../verdict/make-verdict.ts'
import type { Evidence } from '../verdict/verdict.ts'

/** Of the specification: enough for a request, what it tried, and how it failed. */
const MAX_LINES_PER_REQUEST = 5
/** Who writes more while all is well has chosen to: an outage may double that. */
const USUAL_RATIO = 2
const MAX_SAME_PER_SECOND = 100
/** Of so many connections each may say once that it was cut: only what goes on is a flood. */
const NEEDED_SECONDS = 2
const NEEDED_REQUESTS = 20
const SHOWN_LINES = 3

export default defineTrial({
  id: 'SEC-03',
  slug: 'logs-stay-small-in-an-outage',
  claim:
    'While something that it needs is away, a service writes a few lines for each request, and none of them all the time.',
  procedure:
    'The lines and log records are counted while a dependency refuses, cuts or hangs, and while the collector is dead in one of six ways or hangs at full rate. ' +
    `It fails by more than ${MAX_LINES_PER_REQUEST} lines for each request (probes are requests, too) that are also more than twice as many as while all was well, and by a line that comes more than ${MAX_SAME_PER_SECOND} times a second in ${NEEDED_SECONDS} seconds and oftener for each request than while all was well; numbers and ids make no other line of it. ` +
    'A stack of many lines counts as many lines: that is what is stored and paid. ' +
    `It takes ${NEEDED_REQUESTS} requests in such a time, a dependency or a collector that the service was seen to use, and a line at any time: of a service that never writes nobody can tell.`,
  seed: ['P3', 'P7'],
  remedy: {
    feature: 'one line of JSON for an error, and changes of state in place of repeated attempts',
    page: 'guide/logging.md',
    change:
      'Write one line when a dependency goes away and one when it is back; count attempts in a metric, and write a stack into a field of its line.',
    rules: [],
  },
  voyages: ['outage', 'dead-collector'],
  isTiming: false,
  isExtra: true,
  judge({ lifetimes }) {
    const failures = failureVolumes(lifetimes)
    const judged = failures.filter(({ volume }) => volume.requestCount >= NEEDED_REQUESTS)
    const findings = judged.flatMap((failure) => failure.volume.channels.map((channel) => look(failure, channel)))
    const most = findings.toSorted((one, other) => other.perRequest - one.perRequest)[0]
    const figures = [
      { name: 'failureCount', value: judged.length },
      { name: 'requestCount', value: judged.reduce((sum, { volume }) => sum + volume.requestCount, 0) },
      ...(most === undefined ? [] : [{ name: 'linesPerRequest', value: round(most.perRequest) }]),
      { name: 'sameLinePerSecond', value: Math.max(0, ...findings.map(({ worstPerSecond }) => worstPerSecond)) },
    ]
    const evidence = findings.toSorted((one, other) => other.weight - one.weight).flatMap((finding) => finding.evidence)
    const [worst] = evidence
    if (worst !== undefined) return fail(`${worst.says}.`, { evidence, figures })
    if (failures.length === 0) return inconclusive('Nothing that the service was seen to use was away', { figures })
    if (judged.length === 0)
      return inconclusive(
        `At most ${Math.max(...failures.map(({ volume }) => volume.requestCount))} requests came while something was away; it takes ${NEEDED_REQUESTS}`,
        { figures },
      )
    const wroteAnything = lifetimes.some(({ events }) => events.some(({ kind }) => kind === 'output' || kind === 'log'))
    if (!wroteAnything || most === undefined)
      return inconclusive('The service never wrote a line, so there is no volume to speak of', { figures })
    return pass(`At most ${counted(round(most.perRequest), 'line')} for each request, ${most.when}`, { figures })
  },
})

interface Finding {
  readonly when: string
  readonly perRequest: number
  readonly worstPerSecond: number
  readonly evidence: readonly Evidence[]
  /** How far beyond what is allowed. */
  readonly weight: number
}

function look({ when, volume, usual }: FailureVolume, { name, lineCount, patterns }: ChannelVolume): Finding {
  const { lifetime, from, to, requestCount } = volume
  const seen = { lifetime: lifetime.id, from, to }
  const usually = usual.flatMap(({ channels }) => channels.filter((channel) => channel.name === name))
  const usualRequests = usual.reduce((sum, each) => sum + each.requestCount, 0)
  const usualPerRequest = linesPerRequest(
    usually.reduce((sum, channel) => sum + channel.lineCount, 0),
    usualRequests,
  )
  const perRequest = linesPerRequest(lineCount, requestCount)
  const allowed = Math.max(MAX_LINES_PER_REQUEST, USUAL_RATIO * usualPerRequest)
  const isMuch = perRequest > allowed
  const often = [...patterns.entries()].map(([key, pattern]) => {
    const usualCount = usually.reduce((sum, channel) => sum + (channel.patterns.get(key)?.count ?? 0), 0)
    const isUsual =
      usualCount > 0 &&
      pattern.count / requestCount <= USUAL_RATIO * Math.max(1, linesPerRequest(usualCount, usualRequests))
    return { pattern, perSecond: isUsual ? 0 : sustainedPerSecond(pattern) }
  })
  const floods = often
    .filter(({ perSecond }) => perSecond > MAX_SAME_PER_SECOND)
    .toSorted((one, other) => other.perSecond - one.perSecond)
  const what = name === 'output' ? 'lines' : 'log records'
  return {
    when,
    perRequest,
    worstPerSecond: Math.max(0, ...often.map(({ perSecond }) => perSecond)),
    weight: Math.max(isMuch ? perRequest / allowed : 0, ...floods.map((each) => each.perSecond / MAX_SAME_PER_SECOND)),
    evidence: [
      ...(isMuch
        ? [
            {
              says: `${lineCount} ${what} for ${requestCount} requests, ${round(perRequest)} for each, ${when}; usually ${round(usualPerRequest)}`,
              lines: [...patterns.values()]
                .toSorted((one, other) => other.count - one.count)
                .slice(0, SHOWN_LINES)
                .map(({ count, sample }) => `${count} times: ${sample}`),
              seen,
            },
          ]
        : []),
      ...floods.map(({ pattern, perSecond }) => ({
        says: `The same line came ${perSecond} times a second ${when}`,
        lines: [pattern.sample],
        seen,
      })),
    ],
  }
}

/** How often it came in each of the seconds that are needed. */
function sustainedPerSecond({ bySecond }: LinePattern): number {
  return [...bySecond.values()].toSorted((one, other) => other - one)[NEEDED_SECONDS - 1] ?? 0
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
