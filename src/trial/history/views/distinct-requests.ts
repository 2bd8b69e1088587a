import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { DISTINCT_BEGAN, DISTINCT_ENDED } from '../marks/distinct-ids.ts'
import type { MetricEvent, SpanEvent } from '../telemetry-events.ts'
import { matchSpans } from './matched-spans.ts'

/** Requests that differed by one thing only, and what came to be known of them. */
export interface DistinctRequests {
  readonly lifetime: Lifetime
  readonly load: string
  /** `GET /orders/{id}`. */
  readonly asked: string
  readonly from: number
  readonly to: number
  readonly answeredCount: number
  /** The server's spans of them, with the status that the client saw. */
  readonly spans: readonly { readonly span: SpanEvent; readonly status: number }[]
}

/** What a metric has told apart. */
export interface MetricSets {
  readonly name: string
  /** Sets of attributes that were not there before the first of these requests. */
  readonly setCount: number
  /** The attribute that has the most values among them, with some of these. */
  readonly widest?: { readonly name: string; readonly valueCount: number; readonly values: readonly string[] }
}

const SHOWN_VALUES = 3

/** Each kind of request of a lifetime, in order. */
export function distinctRequests(lifetime: Lifetime): DistinctRequests[] {
  const began = eventsOf(lifetime, 'mark').filter(({ name }) => name === DISTINCT_BEGAN)
  const ended = markedAt(lifetime, DISTINCT_ENDED) ?? lifetime.events.at(-1)?.at ?? 0
  const matches = matchSpans(lifetime)
  return began.map(({ at, data }, index) => {
    const load = String(data['load'])
    const own = matches.filter(({ request }) => request.load === load)
    return {
      lifetime,
      load,
      asked: String(data['asked']),
      from: at,
      to: began[index + 1]?.at ?? ended,
      answeredCount: own.length,
      spans: own.flatMap(({ request, spans }) => spans.map((span) => ({ span, status: request.status ?? 0 }))),
    }
  })
}

/** The sets of each metric that came with these requests, most first; `undefined` when none was made after them. */
export function newMetricSets(lifetime: Lifetime): readonly MetricSets[] | undefined {
  const began = markedAt(lifetime, DISTINCT_BEGAN)
  const ended = markedAt(lifetime, DISTINCT_ENDED)
  const points = eventsOf(lifetime, 'metric')
  if (began === undefined || ended === undefined || !points.some(({ madeAt }) => madeAt >= ended)) return undefined
  const byName = new Map<string, MetricEvent[]>()
  for (const point of points) {
    const own = byName.get(point.name)
    if (own === undefined) byName.set(point.name, [point])
    else own.push(point)
  }
  return [...byName.entries()]
    .map(([name, own]) => setsOf(name, own, began))
    .toSorted((one, other) => other.setCount - one.setCount)
}

function setsOf(name: string, points: readonly MetricEvent[], began: number): MetricSets {
  const before = new Set(points.filter(({ madeAt }) => madeAt < began).map(keyOf))
  const sets = new Map<string, MetricEvent['attributes']>()
  for (const point of points) if (!before.has(keyOf(point))) sets.set(keyOf(point), point.attributes)
  const values = new Map<string, Set<string>>()
  for (const attributes of sets.values()) {
    for (const [attribute, value] of Object.entries(attributes)) {
      const known = values.get(attribute) ?? new Set()
      values.set(attribute, known.add(String(value)))
    }
  }
  const [widest] = [...values.entries()].toSorted(([, one], [, other]) => other.size - one.size)
  return {
    name,
    setCount: sets.size,
    ...(widest !== undefined && {
      widest: { name: widest[0], valueCount: widest[1].size, values: [...widest[1]].slice(0, SHOWN_VALUES) },
    }),
  }
}

function keyOf({ attributes }: MetricEvent): string {
  return JSON.stringify(Object.entries(attributes).toSorted(([one], [other]) => (one < other ? -1 : 1)))
}
