import { NO_DATA } from './decode-metric.ts'
import {
  decodeExponentialHistogramPointJson,
  decodeHistogramPointJson,
  decodeNumberPointJson,
  decodeSummaryPointJson,
} from './decode-point-json.ts'
import { decodeAttributesJson } from './decode-value-json.ts'
import type { JsonObject, JsonReader } from './json-reader.ts'
import type { Metric, MetricData } from './model.ts'

/** Reads a `Metric` from its JSON object. Of several kinds of data, of which there should be one, one stays. */
export function decodeMetricJson(reader: JsonReader, metric: JsonObject): Metric {
  let data = NO_DATA
  data = reader.object(metric, 'gauge', decodeGaugeJson, data)
  data = reader.object(metric, 'sum', decodeSumJson, data)
  data = reader.object(metric, 'histogram', decodeHistogramJson, data)
  data = reader.object(metric, 'exponentialHistogram', decodeExponentialHistogramJson, data)
  data = reader.object(metric, 'summary', decodeSummaryJson, data)
  return {
    name: reader.text(metric, 'name'),
    description: reader.text(metric, 'description'),
    unit: reader.text(metric, 'unit'),
    metadata: decodeAttributesJson(reader, metric, 'metadata'),
    data,
  }
}

function decodeGaugeJson(reader: JsonReader, data: JsonObject): MetricData {
  return { type: 'gauge', points: reader.items(data, 'dataPoints', decodeNumberPointJson) }
}

function decodeSumJson(reader: JsonReader, data: JsonObject): MetricData {
  return {
    type: 'sum',
    points: reader.items(data, 'dataPoints', decodeNumberPointJson),
    aggregationTemporality: reader.enum(data, 'aggregationTemporality'),
    isMonotonic: reader.boolean(data, 'isMonotonic'),
  }
}

function decodeHistogramJson(reader: JsonReader, data: JsonObject): MetricData {
  return {
    type: 'histogram',
    points: reader.items(data, 'dataPoints', decodeHistogramPointJson),
    aggregationTemporality: reader.enum(data, 'aggregationTemporality'),
  }
}

function decodeExponentialHistogramJson(reader: JsonReader, data: JsonObject): MetricData {
  return {
    type: 'exponentialHistogram',
    points: reader.items(data, 'dataPoints', decodeExponentialHistogramPointJson),
    aggregationTemporality: reader.enum(data, 'aggregationTemporality'),
  }
}

function decodeSummaryJson(reader: JsonReader, data: JsonObject): MetricData {
  return { type: 'summary', points: reader.items(data, 'dataPoints', decodeSummaryPointJson) }
}
