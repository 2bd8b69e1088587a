import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import {
  isSentByTimer,
  type LateAnswers,
  lateAnswersOf,
  NEEDED_LATE,
  silenceWords,
  tooFewLate,
} from '../history/views/answered-late.ts'
import { sinceSignal } from '../history/views/describe-request.ts'
import { matchSpans, type SpanMatch } from '../history/views/matched-spans.ts'
import { stoppedLifetimes, whatGoesOn, type StoppedLifetime } from '../history/views/stopped-lifetimes.ts'
import { defineTrial } from '../trial.ts'
import { fail, inconclusive, pass, skip } from '../verdict/make-verdict.ts'
import type { Evidence, Figure } from '../verdict/verdict.ts'

interface Cycle {
  readonly each: StoppedLifetime
  readonly matches: readonly SpanMatch[]
  readonly late: LateAnswers
}

export default defineTrial({
  id: 'STOP-11',
  slug: 'no-spans-lost-at-exit',
  claim: 'Every request that was answered has exactly one span of the server, also those of the last moment.',
  procedure:
    'Every request carries a sampled trace context of its own. After the end, each one that was answered must have exactly one span of kind server with our trace id and our span id as its parent. FAIL on one that is missing, there twice, or below another parent; counted before and after the signal. Exact, without statistics. PASS takes 20 requests that were answered in the last 2 s before the end, with the delay of batches left at its default, and nothing dropped at our end; of a service that was silent for 4.5 s or more before its end, 20 in the last 2 s before its last answer.',
  seed: ['A1', 'P4'],
  remedy: {
    feature: 'the phase flush of the shutdown of createService()',
    page: 'guide/telemetry.md',
    change:
      'Shut the tracer provider down after the last request has ended and before the process exits, and wait for it.',
    rules: [],
  },
  voyages: ['stop-under-load'],
  isTiming: false,
  judge: ({ facts, lifetimes }) => {
    const { stopped, problems } = stoppedLifetimes(lifetimes, facts)
    const spanCount = count(lifetimes, (lifetime) => eventsOf(lifetime, 'span').length)
    if (spanCount === 0 && !facts.telemetry.traces && stopped.length > 0)
      return skip('No span ever arrived: the service sends none to OTEL_EXPORTER_OTLP_ENDPOINT (TEL-01)')
    const cycles = stopped.map((each): Cycle => {
      return { each, matches: matchSpans(each.lifetime), late: lateAnswersOf(each.lifetime) }
    })
    // Of a service that went on or was killed, what is missing says nothing about its end.
    const ended = cycles.filter((cycle) => howItGoesOn(cycle) === undefined)
    const matches = ended.flatMap((cycle) => cycle.matches)
    const figures = figuresOf(ended)
    const bad = matches.filter(({ what }) => what !== 'matched')
    if (bad.length > 0 && spanCount > 0 && matches.every(({ what }) => what === 'missing')) {
      return inconclusive(
        'Spans arrived, and not one is in a trace of ours: the service does not continue incoming traces (CTX-01), so that nothing can be counted',
        { figures },
      )
    }
    const dropped = count(lifetimes, ({ droppedEvents }) => droppedEvents.span ?? 0)
    if (dropped > 0) return inconclusive(`${dropped} spans were too many for us to keep`, { figures })
    const notes = notesOf(cycles, problems)
    const evidence = ended.flatMap(evidenceOf)
    if (bad.length > 0) {
      const words = (['missing', 'duplicate', 'wrong-parent'] as const)
        .map((kind) => [bad.filter(({ what }) => what === kind).length, WORDS[kind]] as const)
        .filter(([n]) => n > 0)
      return fail(`Of ${matches.length} answered requests, ${words.map(([n, word]) => `${n} ${word}`).join(', ')}`, {
        evidence,
        figures,
        notes,
      })
    }
    const missing = cycles.flatMap((cycle) => whatIsMissing(cycle))
    if (cycles.length === 0 || missing.length === cycles.length)
      return inconclusive(`Nothing can be said: ${[...missing, ...problems].join('; ')}`, { figures, notes })
    return pass(`All ${matches.length} answered requests have exactly one span of the server`, {
      figures,
      notes: [...notes, ...missing.map((why) => `Shows less: ${why}`)],
    })
  },
})

const WORDS = {
  missing: 'have no span of the server',
  duplicate: 'have more than one',
  'wrong-parent': 'have one below another parent than ours',
} as const

function count(lifetimes: readonly Lifetime[], of: (lifetime: Lifetime) => number): number {
  return lifetimes.reduce((sum, lifetime) => sum + of(lifetime), 0)
}

/** Why this was no end of the service; `undefined` when it was one. */
function howItGoesOn({ each }: Cycle): string | undefined {
  const goesOn = whatGoesOn(each)
  if (goesOn !== undefined) return `the service was never stopped: ${goesOn} (STOP-07)`
  return each.stop.killedAt === undefined ? undefined : 'the service had to be killed (STOP-06)'
}

function whatIsMissing(cycle: Cycle): string[] {
  const { each, late } = cycle
  const { label } = each.lifetime
  const goesOn = howItGoesOn(cycle)
  if (goesOn !== undefined) return [`${label}: ${goesOn}`]
  return late.count >= NEEDED_LATE || isSentByTimer(late) ? [] : [`${label}: ${tooFewLate(late)}`]
}

function evidenceOf({ each: { lifetime, stop }, matches }: Cycle): Evidence[] {
  return (['missing', 'duplicate', 'wrong-parent'] as const).flatMap((kind): Evidence[] => {
    const bad = matches.filter(({ what }) => what === kind)
    const [first] = bad
    if (first === undefined) return []
    const after = bad.filter(({ request }) => request.at >= stop.signalledAt).length
    return [
      {
        says: `${lifetime.label}: ${bad.length} of ${matches.length} answered requests ${WORDS[kind]} (${bad.length - after} answered before ${stop.signal}, ${after} after); the first, request ${first.request.id}, was answered ${sinceSignal(first.request.at, stop)}`,
        seen: {
          lifetime: lifetime.id,
          from: first.request.startedAt,
          to: Math.max(...bad.map(({ request }) => request.at)),
          requests: bad.map(({ request }) => request.id),
        },
      },
    ]
  })
}

function figuresOf(cycles: readonly Cycle[]): Figure[] {
  const matches = cycles.flatMap((cycle) => cycle.matches)
  const of = (kind: SpanMatch['what']): number => matches.filter(({ what }) => what === kind).length
  return [
    { name: 'answeredCount', value: matches.length },
    { name: 'missingCount', value: of('missing') },
    { name: 'duplicateCount', value: of('duplicate') },
    { name: 'wrongParentCount', value: of('wrong-parent') },
    { name: 'answeredInLastMoment', value: Math.max(0, ...cycles.map(({ late }) => late.count)) },
  ]
}

/** Collateral: spans that were begun by the shutdown itself, if it has any. */
function notesOf(cycles: readonly Cycle[], problems: readonly string[]): string[] {
  const own = cycles.reduce((sum, { each: { lifetime, stop } }) => {
    const spans = eventsOf(lifetime, 'span')
    return (
      sum + spans.filter(({ spanKind, startedAt }) => spanKind === 'internal' && startedAt >= stop.signalledAt).length
    )
  }, 0)
  return [
    ...(own > 0 ? [`${own} internal spans that were begun after the signal arrived, too`] : []),
    ...cycles
      .filter((cycle) => howItGoesOn(cycle) === undefined && isSentByTimer(cycle.late))
      .map(({ each, late }) => `Shows less: ${each.lifetime.label}: ${silenceWords(late)}`),
    ...problems.map((problem) => `Not judged: ${problem}`),
  ]
}
