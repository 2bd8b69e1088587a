import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import { type LogSource, logSources } from '../history/views/log-sources.ts'
import { probePathsOf } from '../history/views/probe-spans.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass, skip } from '../verdict/make-verdict.ts'
import { percent } from '../verdict/percent.ts'
import type { Evidence, Figure, Verdict } from '../verdict/verdict.ts'

/** Of lines, to judge their form, and of those about requests, to judge whether they name a trace. */
const NEEDED_LINES = 20
/**
 * Answers after which fewer lines than {@link NEEDED_LINES} show that none is written for each request: not one in ten has
 * one.
 */
const NEEDED_ANSWERS = 200
const STRUCTURED_RATIO = 0.99
const TRACED_RATIO = 0.95
/** Of a line, in evidence. */
const SHOWN_CHARACTERS = 200

export default defineTrial({
  id: 'CTX-05',
  slug: 'logs-carry-context',
  claim:
    'What the service logs about a request is one structured line with level, time and message, and names its trace.',
  procedure:
    'Lines on standard output and standard error, and records that arrive over OTLP, are read while the service is under load; what it writes without any request, and about probes, is left out. ' +
    'It passes when 99 % of one of the two are JSON or logfmt with a level, a time and a message, and 95 % of what is about requests carries a trace id. It fails when neither does. ' +
    `Where the service answered ${NEEDED_ANSWERS} requests or more and wrote fewer than ${NEEDED_LINES} lines about them, it is skipped: there is no line that could name a trace. The form of what it wrote of its own accord is judged all the same. ` +
    'Nobody can tell after fewer answers.',
  seed: ['P3', 'A4'],
  remedy: {
    feature: 'the logger: lines of JSON with the ids of trace and span, over OTLP as well',
    page: 'guide/logging.md',
    change:
      'Write one object of JSON for each event, with level, time and message, and take the trace id from the active span.',
    rules: [],
  },
  voyages: ['underway'],
  isTiming: false,
  judge({ facts, lifetimes }) {
    const findings = lifetimes.flatMap((lifetime) =>
      logSources(lifetime, probePathsOf(facts)).map((source) => examine(source, tracesOf(lifetime))),
    )
    const tried = findings.filter(({ aboutRequests }) => aboutRequests >= NEEDED_LINES)
    const figures = tried.flatMap((finding) => figuresOf(finding))
    const good = tried.find(({ evidence }) => evidence.length === 0)
    if (good !== undefined)
      return pass(
        `${percent(good.structuredRatio)} of ${good.source.entries.length} ${nounOf(good)} are structured, and ${percent(good.tracedRatio)} of what is about requests names its trace`,
        {
          figures,
          notes: tried.filter(({ evidence }) => evidence.length > 0).map(({ evidence }) => evidence[0]?.says ?? ''),
        },
      )
    if (tried.length > 0) {
      const evidence = tried.flatMap((finding) => finding.evidence)
      return fail(evidence[0]?.says ?? '', { evidence, figures })
    }
    return judgeForm(findings, answersUnderLoad(findings))
  },
})

/**
 * What can be said where no line is about a request. Lines that nobody reads as fields refute the claim whatever they are
 * about, but a good form is no PASS: that lines name the trace of their request was not seen.
 */
function judgeForm(findings: readonly Finding[], answerCount: number): Verdict {
  const aboutRequests = Math.round(Math.max(0, ...findings.map((finding) => finding.aboutRequests)))
  const formed = findings.filter(({ source }) => source.entries.length >= NEEDED_LINES)
  const good = formed.find(({ structuredRatio }) => structuredRatio >= STRUCTURED_RATIO)
  if (good === undefined && formed.length > 0) {
    const evidence = formed.flatMap((finding) => finding.evidence)
    return fail(evidence[0]?.says ?? '', { evidence })
  }
  if (answerCount < NEEDED_ANSWERS)
    return inconclusive(
      `The service wrote ${aboutRequests} lines or records about ${answerCount} answered requests; it takes ${NEEDED_LINES}`,
    )
  const form =
    good === undefined
      ? ''
      : `; of ${good.source.entries.length} other ${nounOf(good)}, ${percent(good.structuredRatio)} are structured`
  return skip(
    `The service writes no line for each request, so none can name its trace: ${aboutRequests} lines or records about ${answerCount} answered requests, on its output or over OTLP${form}`,
  )
}

interface Finding {
  readonly source: LogSource
  /** Lines that name a trace, and those without one that nothing else explains. */
  readonly aboutRequests: number
  readonly structuredRatio: number
  readonly tracedRatio: number
  readonly evidence: readonly Evidence[]
}

function examine(source: LogSource, traces: ReadonlySet<string>): Finding {
  const { entries, backgroundCount } = source
  const traced = entries.filter(({ traceId }) => traceId !== undefined)
  const ours = traced.filter(({ traceId }) => traces.has(traceId ?? ''))
  const aboutRequests = Math.max(traced.length, entries.length - backgroundCount)
  const structuredRatio = entries.filter(({ isStructured }) => isStructured).length / entries.length
  const tracedRatio = traced.length / aboutRequests
  const bad = entries.find(({ isStructured }) => !isStructured)
  const bare = entries.find(({ traceId }) => traceId === undefined)
  const where = source.name === 'OTLP' ? 'records over OTLP' : 'lines of the output'
  const evidence: Evidence[] = []
  const add = (says: string, entry?: { readonly at: number; readonly text: string }): void => {
    const seen = { lifetime: source.lifetime.id, from: entry?.at ?? source.from, to: entry?.at ?? source.to }
    evidence.push({ says, seen, ...(entry !== undefined && { lines: [entry.text.slice(0, SHOWN_CHARACTERS)] }) })
  }
  if (structuredRatio < STRUCTURED_RATIO)
    add(`Only ${percent(structuredRatio)} of ${entries.length} ${where} are structured (${bad?.lacks.join(', ')})`, bad)
  if (aboutRequests < NEEDED_LINES) return { source, aboutRequests, structuredRatio, tracedRatio, evidence }
  if (tracedRatio < TRACED_RATIO)
    add(`Only ${percent(tracedRatio)} of about ${Math.round(aboutRequests)} ${where} about requests name a trace`, bare)
  else if (ours.length === 0)
    add(`The ${where} name traces, and none of them is that of a request that we sent`, traced[0])
  return { source, aboutRequests, structuredRatio, tracedRatio, evidence }
}

function tracesOf(lifetime: Lifetime): ReadonlySet<string> {
  return new Set(eventsOf(lifetime, 'request').flatMap(({ trace }) => trace?.traceId ?? []))
}

function answersUnderLoad(findings: readonly Finding[]): number {
  const windows = new Map(findings.map(({ source: { lifetime, from, to } }) => [lifetime, { from, to }]))
  return [...windows].flatMap(([lifetime, { from, to }]) =>
    eventsOf(lifetime, 'request').filter(({ at, outcome }) => outcome === 'answered' && at >= from && at <= to),
  ).length
}

function nounOf({ source }: Finding): string {
  return source.name === 'OTLP' ? 'records over OTLP' : 'lines'
}

function figuresOf({ source, structuredRatio, tracedRatio, aboutRequests }: Finding): Figure[] {
  const name = source.name === 'OTLP' ? 'otlp' : 'output'
  return [
    { name: `${name}LinesAboutRequests`, value: Math.round(aboutRequests) },
    { name: `${name}StructuredRatio`, value: structuredRatio },
    { name: `${name}TracedRatio`, value: tracedRatio },
  ]
}
