import { eventsOf, type Lifetime } from '../lifetime.ts'
import type { MetricEvent } from '../telemetry-events.ts'

/** What the histogram of requests says at the end of a lifetime. */
export interface RequestMetrics {
  readonly name: string
  /** Requests that it counted, over all of its series: the last of cumulative ones, the sum of deltas. */
  readonly count: number
  /** Of them, those that it says were probes. */
  readonly probeCount: number
  readonly isCumulative: boolean
  /** When its last point was made. */
  readonly lastMadeAt: number
}

/** Of the semantic conventions, and of SDKs from before they were stable; the first that arrived counts. */
const NAMES = ['http.server.request.duration', 'http.server.duration']

/** By which attributes a series says which route it is of. */
const ROUTE_ATTRIBUTES = ['http.route', 'url.path', 'http.target']

/** What the histogram of requests says; `undefined` when none arrived. */
export function requestMetrics(lifetime: Lifetime, probePaths: readonly string[]): RequestMetrics | undefined {
  const metrics = eventsOf(lifetime, 'metric')
  for (const name of NAMES) {
    const points = metrics.filter((metric) => metric.name === name && metric.count !== undefined)
    const [first] = points
    if (first !== undefined) return summarise(name, points, first, probePaths)
  }
  return undefined
}

function summarise(
  name: string,
  points: readonly MetricEvent[],
  first: MetricEvent,
  probePaths: readonly string[],
): RequestMetrics {
  const lastOfSeries = new Map<string, MetricEvent>()
  let count = 0
  let probeCount = 0
  const add = (point: MetricEvent): void => {
    count += point.count ?? 0
    if (ROUTE_ATTRIBUTES.some((key) => probePaths.includes(String(point.attributes[key] ?? ''))))
      probeCount += point.count ?? 0
  }
  for (const point of points) {
    if (!point.isCumulative) {
      add(point)
      continue
    }
    const key = seriesOf(point)
    const other = lastOfSeries.get(key)
    if (other === undefined || point.madeAt >= other.madeAt) lastOfSeries.set(key, point)
  }
  for (const point of lastOfSeries.values()) add(point)
  return {
    name,
    count,
    probeCount,
    isCumulative: first.isCumulative,
    lastMadeAt: Math.max(...points.map(({ madeAt }) => madeAt)),
  }
}

/** A series that begins anew, as after a restart of a worker, is another one. */
function seriesOf({ sender, attributes, startedAt }: MetricEvent): string {
  const sorted = Object.entries(attributes).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([sender.instance, sender.pid, Math.round(startedAt), sorted])
}
