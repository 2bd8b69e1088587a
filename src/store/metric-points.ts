import type { Metric } from '../otlp/model.ts'
import type { Origin, StoredMetricPoint } from './stored-item.ts'

/** Every point of a metric as an item of its own. A metric without data has none. */
export function toStoredPoints(metric: Metric, origin: Origin): StoredMetricPoint[] {
  const head = { ...origin, name: metric.name, description: metric.description, unit: metric.unit }
  const { data } = metric
  switch (data.type) {
    case 'none':
      return []
    case 'gauge':
      return data.points.map((point) => ({ ...point, ...head, type: 'gauge' }))
    case 'sum': {
      const { aggregationTemporality, isMonotonic } = data
      return data.points.map((point) => ({ ...point, ...head, type: 'sum', aggregationTemporality, isMonotonic }))
    }
    case 'histogram': {
      const { aggregationTemporality } = data
      return data.points.map((point) => ({ ...point, ...head, type: 'histogram', aggregationTemporality }))
    }
    case 'exponentialHistogram': {
      const { aggregationTemporality } = data
      return data.points.map((point) => ({ ...point, ...head, type: 'exponentialHistogram', aggregationTemporality }))
    }
    case 'summary':
      return data.points.map((point) => ({ ...point, ...head, type: 'summary' }))
  }
}
