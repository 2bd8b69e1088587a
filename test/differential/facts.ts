import type { StoredLog, StoredMetricPoint, StoredSpan, TelemetryStore } from 'seaworthy/testing'
import { normalAttributes, normalText, normalValue } from './normal-values.ts'

/** What was said, by where and what: `span GET / GET /orders` and `kind`. Free of whatever differs from run to run. */
export type Facts = ReadonlyMap<string, string>

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']
const STATUSES = ['unset', 'ok', 'error']
/** Flags of the protocol: what the context was, then whether its parent is known to be remote, then whether it is. */
const FLAG_TEXT = (flags: number): string =>
  `sampled ${flags & 1}, random ${(flags >> 1) & 1}, remote ${flags & 0x100 ? (flags & 0x200 ? 'yes' : 'no') : 'unknown'}`

export const SEPARATOR = ' · '

export function factsOf(store: TelemetryStore): Facts {
  const facts = new FactBook()
  const spans = store.spans()
  const paths = pathsOf(spans)
  for (const span of spans) addSpan(facts, span, paths)
  for (const record of store.logs()) addLog(facts, record, paths)
  addPoints(
    facts,
    store.metrics().map(({ latest }) => latest),
  )
  const origins = [...spans, ...store.logs(), ...store.metrics().map(({ latest }) => latest)]
  for (const resource of new Set(origins.map((item) => item.resource))) addResource(facts, resource.attributes)
  return facts.all
}

/** Each fact once; of spans that are the same in all that tells them apart, the second is called `#2`. */
class FactBook {
  readonly #facts = new Map<string, string>()
  readonly #counts = new Map<string, number>()

  get all(): Facts {
    return this.#facts
  }

  place(name: string): string {
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return count === 1 ? name : `${name} #${count}`
  }

  add(where: string, values: Readonly<Record<string, string | undefined>>): void {
    for (const [key, value] of Object.entries(values)) {
      if (value !== undefined) this.#facts.set(`${where}${SEPARATOR}${key}`, value)
    }
  }
}

/** The names from the root to each span; those of the same name in the order in which they began. */
function pathsOf(spans: readonly StoredSpan[]): ReadonlyMap<string, string> {
  const known = new Map(spans.map((span) => [span.spanId, span]))
  const children = Map.groupBy(spans, ({ parentSpanId }) => (known.has(parentSpanId) ? parentSpanId : ''))
  const paths = new Map<string, string>()
  const visit = (parentId: string, path: string): void => {
    const byStart = (children.get(parentId) ?? []).toSorted((a, b) =>
      a.startTimeUnixNano < b.startTimeUnixNano ? -1 : Number(a.startTimeUnixNano > b.startTimeUnixNano),
    )
    const counts = new Map<string, number>()
    for (const span of byStart) {
      // The kind, because a client's span and the server's below it often have one name.
      const name = `${KINDS[span.kind]} ${normalText(span.name)}`
      const count = (counts.get(name) ?? 0) + 1
      counts.set(name, count)
      const own = `${path} / ${name}${count === 1 ? '' : ` #${count}`}`
      paths.set(span.spanId, own)
      visit(span.spanId, own)
    }
  }
  visit('', 'span')
  return paths
}

function addSpan(facts: FactBook, span: StoredSpan, paths: ReadonlyMap<string, string>): void {
  const where = facts.place(paths.get(span.spanId) ?? `span ${span.name}`)
  const { scope, status } = span
  facts.add(where, {
    scope: scopeText(span),
    'scope version': scope.version,
    // Of remote parents it is known what they are; ids that are drawn are valid, or the receiver would refuse them.
    parent: paths.has(span.parentSpanId) ? 'a span above' : span.parentSpanId === '' ? 'none' : span.parentSpanId,
    flags: FLAG_TEXT(span.flags),
    'trace state': span.traceState,
    status: STATUSES[status.code],
    'status message': normalText(status.message),
    ends: span.endTimeUnixNano >= span.startTimeUnixNano ? 'after its start' : 'before its start',
    ...prefixed('@', normalAttributes(span.attributes)),
    'dropped attributes': String(span.droppedAttributesCount),
    'dropped events': String(span.droppedEventsCount),
    'dropped links': String(span.droppedLinksCount),
  })
  span.events.forEach((event, index) => {
    facts.add(where, {
      [`event ${index}`]: event.name,
      ...prefixed(`event ${index} @`, normalAttributes(event.attributes)),
    })
  })
  span.links.forEach((link, index) => {
    facts.add(where, {
      [`link ${index}`]: paths.get(link.spanId) ?? link.spanId,
      [`link ${index} trace state`]: link.traceState,
      [`link ${index} flags`]: FLAG_TEXT(link.flags),
      ...prefixed(`link ${index} @`, normalAttributes(link.attributes)),
    })
  })
}

function addLog(facts: FactBook, record: StoredLog, paths: ReadonlyMap<string, string>): void {
  const body = normalValue('', record.body)
  const where = facts.place(`log ${record.eventName === '' ? body : record.eventName}`)
  facts.add(where, {
    scope: scopeText(record),
    'scope version': record.scope.version,
    body,
    'dropped attributes': String(record.droppedAttributesCount),
    severity: `${record.severityNumber} ${record.severityText}`,
    // What a program sets is long ago.
    time: record.timeUnixNano === 0n ? 'unset' : record.timeUnixNano < 1_700_000_000_000_000_000n ? 'set' : 'now',
    observed: record.observedTimeUnixNano === 0n ? 'unset' : 'now',
    span: record.spanId === '' ? 'none' : (paths.get(record.spanId) ?? 'unknown'),
    flags: `sampled ${record.flags & 1}, random ${(record.flags >> 1) & 1}`,
    ...prefixed('@', normalAttributes(record.attributes)),
  })
}

function addPoints(facts: FactBook, points: readonly StoredMetricPoint[]): void {
  // By name and not by scope: the same metric from somebody else is to be compared, not one more.
  for (const [name, ofName] of Map.groupBy(points, (point) => point.name)) {
    const byScope = Map.groupBy(ofName, ({ scope }) => scope.name)
    for (const [scope, ofScope] of [...byScope].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const where = facts.place(`metric ${name}`)
      facts.add(where, { scope })
      for (const point of ofScope) addPoint(facts, where, point)
    }
  }
}

function addPoint(facts: FactBook, where: string, point: StoredMetricPoint): void {
  const attributes = normalAttributes(point.attributes)
  const isOfRuntime = OF_RUNTIME.test(point.name)
  // Which kinds of collections or handles there were differs from run to run.
  const series = isOfRuntime ? Object.keys(attributes) : attributes
  facts.add(where, {
    unit: point.unit,
    description: point.description,
    type: point.type,
    'scope version': point.scope.version,
    ...('aggregationTemporality' in point ? { temporality: String(point.aggregationTemporality) } : {}),
    exemplars: exemplarsOf(point),
    ...(point.type === 'sum' ? { monotonic: String(point.isMonotonic) } : {}),
    [`series ${JSON.stringify(series)}`]: isOfRuntime ? 'measured' : valueOf(point),
  })
}

/** Whether there are any, and whether they lead to a trace. */
function exemplarsOf(point: StoredMetricPoint): string {
  const exemplars = 'exemplars' in point ? point.exemplars : []
  if (exemplars.length === 0) return 'none'
  return exemplars.every(({ traceId }) => traceId !== '') ? 'of traces' : 'of no trace'
}

const OF_RUNTIME = /^(?:nodejs|v8js|process)\./

function valueOf(point: StoredMetricPoint): string {
  if (point.type === 'histogram') {
    const { count, sum, min, max, bucketCounts, explicitBounds } = point
    const measured = `sum ${sum}, ${min} to ${max}, buckets ${bucketCounts.join()}`
    return `count ${count}, bounds ${explicitBounds.join()}${point.unit === 's' ? '' : `, ${measured}`}`
  }
  if (point.type === 'exponentialHistogram') {
    const { count, sum, min, max, scale, zeroCount, positive } = point
    return `count ${count}, sum ${sum}, ${min} to ${max}, scale ${scale}, zeros ${zeroCount}, from ${positive.offset}: ${positive.bucketCounts.join()}`
  }
  return point.type === 'sum' || point.type === 'gauge' ? `${point.value} (${point.valueType})` : point.type
}

/** What differs from run to run, and from machine to machine. */
const OF_THE_PROCESS = /^(?:process|host|os|container)\.|^service\.instance\.id$/

function addResource(facts: FactBook, attributes: StoredSpan['resource']['attributes']): void {
  for (const [key, value] of Object.entries(normalAttributes(attributes))) {
    facts.add('resource', { [`@${key}`]: OF_THE_PROCESS.test(key) ? 'set' : value })
  }
}

function scopeText({ scope }: StoredSpan | StoredLog): string {
  return scope.name
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${prefix}${key}`, value]))
}
