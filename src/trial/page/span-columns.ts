import { eventsOf, type Lifetime } from '../history/lifetime.ts'
import type { SpanEvent } from '../history/telemetry-events.ts'
import { plural } from '../output/words.ts'
import { roundMs, type Texts } from './texts.ts'

/** Of one lifetime. */
const MAX_SPANS = 50_000

/** Spans of the traces of requests, in the order of their start: a column for each field. Texts are numbers. */
export interface SpanColumns {
  readonly trace: readonly number[]
  readonly span: readonly number[]
  readonly parent: readonly number[]
  readonly name: readonly number[]
  readonly kind: readonly number[]
  readonly service: readonly number[]
  readonly startedAt: readonly number[]
  readonly endedAt: readonly number[]
  /** The message of an error, which may be empty; -1 when it is none. */
  readonly error: readonly number[]
}

export function packSpans(
  lifetime: Pick<Lifetime, 'events'>,
  texts: Texts,
): { readonly columns: SpanColumns; readonly left: readonly string[] } {
  const traces = new Set(eventsOf(lifetime, 'request').flatMap(({ trace }) => trace?.traceId ?? []))
  const all = eventsOf(lifetime, 'span').filter(({ traceId }) => traces.has(traceId))
  const rows = all.slice(0, MAX_SPANS).toSorted((one, other) => one.startedAt - other.startedAt)
  const text = (of: (span: SpanEvent) => string | undefined): readonly number[] =>
    rows.map((span) => texts.numberOf(of(span)))
  return {
    columns: {
      trace: text(({ traceId }) => traceId),
      span: text(({ spanId }) => spanId),
      parent: text(({ parentSpanId }) => parentSpanId),
      name: text(({ name }) => name),
      kind: text(({ spanKind }) => spanKind),
      service: text(({ sender }) => sender.service),
      startedAt: rows.map(({ startedAt }) => roundMs(startedAt)),
      endedAt: rows.map(({ endedAt }) => roundMs(endedAt)),
      error: text(({ isError, statusMessage }) => (isError ? statusMessage : undefined)),
    },
    left: rows.length === all.length ? [] : [plural(all.length - rows.length, 'span')],
  }
}
