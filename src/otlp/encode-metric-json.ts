import {
  encodeExponentialHistogramPointJson,
  encodeHistogramPointJson,
  encodeNumberPointJson,
  encodeSummaryPointJson,
} from './encode-point-json.ts'
import { jsonAttributes, jsonInt32, jsonList, jsonText } from './json-fields.ts'
import type { Metric, MetricData } from './model.ts'

/** The JSON object of a `Metric`. */
export function encodeMetricJson(metric: Metric): object {
  return {
    name: jsonText(metric.name),
    description: jsonText(metric.description),
    unit: jsonText(metric.unit),
    ...(metric.data.type === 'none' ? {} : { [metric.data.type]: encodeDataJson(metric.data) }),
    metadata: jsonAttributes(metric.metadata),
  }
}

function encodeDataJson(data: Exclude<MetricData, { type: 'none' }>): object {
  switch (data.type) {
    case 'gauge':
      return { dataPoints: jsonList(data.points, encodeNumberPointJson) }
    case 'sum':
      return {
        dataPoints: jsonList(data.points, encodeNumberPointJson),
        aggregationTemporality: jsonInt32(data.aggregationTemporality),
        isMonotonic: data.isMonotonic ? true : undefined,
      }
    case 'histogram':
      return {
        dataPoints: jsonList(data.points, encodeHistogramPointJson),
        aggregationTemporality: jsonInt32(data.aggregationTemporality),
      }
    case 'exponentialHistogram':
      return {
        dataPoints: jsonList(data.points, encodeExponentialHistogramPointJson),
        aggregationTemporality: jsonInt32(data.aggregationTemporality),
      }
    case 'summary':
      return { dataPoints: jsonList(data.points, encodeSummaryPointJson) }
  }
}
