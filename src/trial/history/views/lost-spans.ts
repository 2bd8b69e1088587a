import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { COLLECTOR_RETURNED, OVERFLOW_BEGAN, STEADY_BEGAN } from '../marks/lost-telemetry.ts'
import type { MetricEvent } from '../telemetry-events.ts'
import { patternOf } from './log-volume.ts'
import { matchSpans } from './matched-spans.ts'

/** What a service lost while its collector took nothing, and what it says of that. */
export interface LostSpans {
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  /** Sampled requests that were answered before, and those of them whose span came. */
  readonly steady: { readonly answeredCount: number; readonly arrivedCount: number }
  /** The same while the collector took nothing. */
  readonly overflow: { readonly answeredCount: number; readonly arrivedCount: number }
  /** Exports that the collector refused. */
  readonly refusedExportCount: number
  /** Where it says that something was lost, or could not be sent; the first of each kind. */
  readonly says: readonly { readonly place: string; readonly text: string }[]
}

/** Words for a loss, or for an export that failed. Generous: whoever looks for the reason of a gap finds such a line. */
const LOSS =
  /\bdrop(?:s|ped|ping)?\b|\bdiscard|\blost\b|\bqueue\b.{0,60}\bfull|(?:export|send|flush|upload|push)\w*.{0,120}(?:fail|error|time[ds]? ?out|unavailable|refuse|50[0-9])|(?:fail|error|unable|could not|cannot|can't)\w*.{0,120}(?:export|telemetry|trace|span|collector)|otlp|opentelemetry/i

/** Metrics of SDKs about themselves, by the semantic conventions and from before: their names, or an attribute, say what failed. */
const OWN_METRIC = /^otel\.sdk\.|^otlp\.|processed(?:Spans|Logs)|export|telemetry/i
const LOSS_NAME = /drop|lost|discard|fail/i

/** `undefined` where the collector was never taken away. */
export function lostSpans(lifetime: Lifetime): LostSpans | undefined {
  const steadyFrom = markedAt(lifetime, STEADY_BEGAN)
  const from = markedAt(lifetime, OVERFLOW_BEGAN)
  const to = markedAt(lifetime, COLLECTOR_RETURNED)
  if (steadyFrom === undefined || from === undefined || to === undefined) return undefined
  const matches = matchSpans(lifetime)
  const count = (begin: number, end: number): LostSpans['steady'] => {
    const own = matches.filter(({ request }) => request.startedAt >= begin && request.at < end)
    return { answeredCount: own.length, arrivedCount: own.filter(({ what }) => what !== 'missing').length }
  }
  return {
    lifetime,
    from,
    to,
    steady: count(steadyFrom, from),
    overflow: count(from, to),
    refusedExportCount: eventsOf(lifetime, 'export').filter(({ fault, at }) => fault !== undefined && at >= from)
      .length,
    says: [...linesOf(lifetime, from), ...metricsOf(lifetime, from)],
  }
}

/** Lines that are new since the collector took nothing: what was written before is no word on it. */
function linesOf(lifetime: Lifetime, from: number): { readonly place: string; readonly text: string }[] {
  const texts = [
    ...eventsOf(lifetime, 'output').map(({ at, stream, line }) => ({ at, place: stream, text: line })),
    ...eventsOf(lifetime, 'log').map(({ madeAt, body }) => ({ at: madeAt, place: 'a log record', text: body })),
  ]
  const before = new Set(texts.filter(({ at }) => at < from).map(({ text }) => patternOf(text)))
  const found = texts.find(({ at, text }) => at >= from && LOSS.test(text) && !before.has(patternOf(text)))
  return found === undefined ? [] : [{ place: found.place, text: found.text }]
}

function metricsOf(lifetime: Lifetime, from: number): { readonly place: string; readonly text: string }[] {
  const found = eventsOf(lifetime, 'metric').find((metric) => metric.madeAt >= from && saysLoss(metric))
  if (found === undefined) return []
  return [
    { place: `the metric ${found.name}`, text: `${found.value ?? found.count} ${JSON.stringify(found.attributes)}` },
  ]
}

function saysLoss({ name, value = 0, count = 0, attributes }: MetricEvent): boolean {
  if (value + count === 0 || !(OWN_METRIC.test(name) || LOSS_NAME.test(name))) return false
  const { 'error.type': error, dropped, success } = attributes
  return LOSS_NAME.test(name) || error !== undefined || String(dropped) === 'true' || String(success) === 'false'
}
