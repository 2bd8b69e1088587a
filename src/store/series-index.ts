import type { Attributes, AttributeValue, Resource } from '../otlp/model.ts'
import type { StoredMetricPoint } from './stored-item.ts'

/** The points of one metric from one place with one set of attributes. */
export interface MetricSeries {
  readonly name: string
  readonly service: string
  readonly unit: string
  readonly type: StoredMetricPoint['type']
  readonly attributes: Attributes
  /** The point with the latest time; of equal times, the one that arrived last. */
  readonly latest: StoredMetricPoint
  /** All that are still stored, in order of arrival. */
  readonly points: readonly StoredMetricPoint[]
}

/**
 * Groups metric points into series. A series is told apart by resource (so two instances of a service are two series),
 * scope, name, type and attributes; a series whose last point has left is gone.
 */
export class SeriesIndex {
  readonly #points = new Map<string, Set<StoredMetricPoint>>()
  /** A batch shares one resource object, so its text is made once. */
  readonly #resourceKeys = new WeakMap<Resource, string>()

  add(point: StoredMetricPoint): void {
    const key = this.#keyOf(point)
    const points = this.#points.get(key)
    if (points === undefined) this.#points.set(key, new Set([point]))
    else points.add(point)
  }

  remove(point: StoredMetricPoint): void {
    const key = this.#keyOf(point)
    const points = this.#points.get(key)
    if (points === undefined) return
    points.delete(point)
    if (points.size === 0) this.#points.delete(key)
  }

  /** @yields the series in the order in which they were first seen */
  *[Symbol.iterator](): Generator<MetricSeries, void> {
    for (const set of this.#points.values()) {
      const points = [...set]
      const latest = points.reduce((a, b) => (b.timeUnixNano >= a.timeUnixNano ? b : a))
      const { name, service, unit, type, attributes } = latest
      yield { name, service, unit, type, attributes, latest, points }
    }
  }

  clear(): void {
    this.#points.clear()
  }

  #keyOf(point: StoredMetricPoint): string {
    let resource = this.#resourceKeys.get(point.resource)
    if (resource === undefined) {
      resource = canonical(point.resource.attributes)
      this.#resourceKeys.set(point.resource, resource)
    }
    return JSON.stringify([
      resource,
      point.scope.name,
      point.scope.version,
      point.name,
      point.type,
      canonical(point.attributes),
    ])
  }
}

/** The same text for the same value, whatever the order of its keys; another text for another value. */
function canonical(value: AttributeValue): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return `${typeof value} ${value}`
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  const members = value as Attributes
  return `{${Object.keys(members)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(members[key] as AttributeValue)}`)
    .join()}}`
}
