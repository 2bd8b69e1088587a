import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { BURN_BEGAN, BURN_ENDED } from '../marks/growth.ts'
import type { MetricEvent } from '../telemetry-events.ts'
import { answersUntil, type MemoryPoint } from './memory-growth.ts'

/** What a figure of a runtime counts. */
export type FigureKind =
  /** Bytes of a heap as its last collection left it: it says nothing before there were collections. */
  | 'after-collection'
  /** Bytes of a heap in use, garbage included. */
  | 'in-use'
  /** Goroutines, threads, objects that nobody can collect. */
  | 'count'

/** One figure that the runtime told of itself, over the requests of the burn. */
export interface RuntimeFigure {
  readonly metric: string
  readonly kind: FigureKind
  /** As the sentence has it: `goroutines`. */
  readonly what: string
  readonly points: readonly MemoryPoint[]
}

interface Known {
  readonly kind: FigureKind
  readonly what: string
  /** Which points belong to it. @default all */
  readonly isOf?: (attributes: MetricEvent['attributes']) => boolean
}

// What is young is mostly garbage: it comes and goes with every request.
const isOldSpace: Known['isOf'] = (attributes) => !String(attributes['v8js.heap.space.name']).startsWith('new_')
const isHeap: Known['isOf'] = (attributes) => (attributes['jvm.memory.type'] ?? attributes['type']) === 'heap'

const GO_HEAP: Known = { kind: 'in-use', what: 'memory of Go' }
const GOROUTINES: Known = { kind: 'count', what: 'goroutines' }
const JVM_HEAP: Known = { kind: 'after-collection', what: 'heap after the last collection', isOf: isHeap }
const THREADS: Known = { kind: 'count', what: 'threads' }

/**
 * Figures that tell a leak, by name: those of the semantic conventions, and as they were called before. Others of a runtime,
 * such as the delay of an event loop or the time of collections, are high under load and tell nothing of growth.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/
 */
const KNOWN: ReadonlyMap<string, Known> = new Map([
  ['v8js.memory.heap.used', { kind: 'in-use', what: 'old heap of V8', isOf: isOldSpace }],
  ['go.memory.used', GO_HEAP],
  ['process.runtime.go.mem.heap_alloc', GO_HEAP],
  ['go.goroutine.count', GOROUTINES],
  ['process.runtime.go.goroutines', GOROUTINES],
  ['jvm.memory.used_after_last_gc', JVM_HEAP],
  ['process.runtime.jvm.memory.usage_after_last_gc', JVM_HEAP],
  ['jvm.thread.count', THREADS],
  ['process.runtime.jvm.threads.count', THREADS],
  ['process.runtime.cpython.thread_count', THREADS],
  ['cpython.gc.uncollectable_objects', { kind: 'count', what: 'objects that cannot be collected' }],
  ['dotnet.gc.last_collection.heap.size', { kind: 'after-collection', what: 'heap after the last collection' }],
  ['dotnet.thread_pool.thread.count', THREADS],
])

/** Their names, for a sentence. */
export const RUNTIME_METRICS: readonly string[] = [...KNOWN.keys()]

/** What arrived of the burn, all processes and attributes together at each moment; empty where nothing did. */
export function runtimeFigures(lifetime: Lifetime): RuntimeFigure[] {
  const from = markedAt(lifetime, BURN_BEGAN)
  if (from === undefined) return []
  const to = markedAt(lifetime, BURN_ENDED) ?? Infinity
  const metrics = eventsOf(lifetime, 'metric').filter(
    ({ madeAt, value, type, isCumulative }) =>
      value !== undefined && madeAt >= from && madeAt <= to && (type !== 'sum' || isCumulative),
  )
  return [...KNOWN].flatMap(([metric, { kind, what, isOf = () => true }]) => {
    const own = metrics.filter(({ name, attributes }) => name === metric && isOf(attributes))
    return bySender(own).map((each) => ({ metric, kind, what, points: overRequests(each, answersUntil(lifetime, to)) }))
  })
}

/** Each process apart: workers tell at their own moments, and their sum would jump. */
function bySender(metrics: readonly MetricEvent[]): (readonly MetricEvent[])[] {
  const groups = new Map<string, MetricEvent[]>()
  for (const metric of metrics) {
    const { service, instance, pid } = metric.sender
    const key = `${service} ${instance} ${pid}`
    groups.set(key, [...(groups.get(key) ?? []), metric])
  }
  return [...groups.values()]
}

function overRequests(metrics: readonly MetricEvent[], count: (at: number) => number): MemoryPoint[] {
  const sums = new Map<number, number>()
  for (const { madeAt, value = 0 } of metrics) {
    const moment = Math.round(madeAt)
    sums.set(moment, (sums.get(moment) ?? 0) + value)
  }
  return [...sums].toSorted(([one], [other]) => one - other).map(([at, y]) => ({ x: count(at), y }))
}
