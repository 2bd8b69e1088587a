/**
 * The fields that the decoder reads: their names by number, the message inside where an error may need to name a place
 * in it, and whether there are many. Only used off the fast path: to tell a known field of a wrong type from an unknown
 * one, and to say where in a request an error was found.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
 */
export interface MessageLayout {
  readonly [fieldNumber: number]: FieldLayout
}

export interface FieldLayout {
  readonly name: string
  readonly repeated?: true
  readonly message?: MessageLayout
}

const one = (name: string, message?: MessageLayout): FieldLayout =>
  message === undefined ? { name } : { name, message }
const many = (name: string, message?: MessageLayout): FieldLayout => ({ ...one(name, message), repeated: true })

// A place inside a value is not named: `attributes[3].value` is near enough.
export const ANY_VALUE: MessageLayout = {
  1: one('string_value'),
  2: one('bool_value'),
  3: one('int_value'),
  4: one('double_value'),
  5: one('array_value'),
  6: one('kvlist_value'),
  7: one('bytes_value'),
}
export const VALUE_LIST: MessageLayout = { 1: many('values') }
export const KEY_VALUE: MessageLayout = { 1: one('key'), 2: one('value') }
export const RESOURCE: MessageLayout = { 1: many('attributes', KEY_VALUE), 2: one('dropped_attributes_count') }
export const SCOPE: MessageLayout = {
  1: one('name'),
  2: one('version'),
  3: many('attributes', KEY_VALUE),
  4: one('dropped_attributes_count'),
}

export const EVENT: MessageLayout = {
  1: one('time_unix_nano'),
  2: one('name'),
  3: many('attributes', KEY_VALUE),
  4: one('dropped_attributes_count'),
}
export const LINK: MessageLayout = {
  1: one('trace_id'),
  2: one('span_id'),
  3: one('trace_state'),
  4: many('attributes', KEY_VALUE),
  5: one('dropped_attributes_count'),
  6: one('flags'),
}
export const SPAN_STATUS: MessageLayout = { 2: one('message'), 3: one('code') }
export const SPAN: MessageLayout = {
  1: one('trace_id'),
  2: one('span_id'),
  3: one('trace_state'),
  4: one('parent_span_id'),
  5: one('name'),
  6: one('kind'),
  7: one('start_time_unix_nano'),
  8: one('end_time_unix_nano'),
  9: many('attributes', KEY_VALUE),
  10: one('dropped_attributes_count'),
  11: many('events', EVENT),
  12: one('dropped_events_count'),
  13: many('links', LINK),
  14: one('dropped_links_count'),
  15: one('status', SPAN_STATUS),
  16: one('flags'),
}

export const LOG_RECORD: MessageLayout = {
  1: one('time_unix_nano'),
  2: one('severity_number'),
  3: one('severity_text'),
  5: one('body'),
  6: many('attributes', KEY_VALUE),
  7: one('dropped_attributes_count'),
  8: one('flags'),
  9: one('trace_id'),
  10: one('span_id'),
  11: one('observed_time_unix_nano'),
  12: one('event_name'),
}

export const EXEMPLAR: MessageLayout = {
  2: one('time_unix_nano'),
  3: one('as_double'),
  4: one('span_id'),
  5: one('trace_id'),
  6: one('as_int'),
  7: many('filtered_attributes', KEY_VALUE),
}
export const NUMBER_POINT: MessageLayout = {
  2: one('start_time_unix_nano'),
  3: one('time_unix_nano'),
  4: one('as_double'),
  5: many('exemplars', EXEMPLAR),
  6: one('as_int'),
  7: many('attributes', KEY_VALUE),
  8: one('flags'),
}
export const HISTOGRAM_POINT: MessageLayout = {
  2: one('start_time_unix_nano'),
  3: one('time_unix_nano'),
  4: one('count'),
  5: one('sum'),
  6: one('bucket_counts'),
  7: one('explicit_bounds'),
  8: many('exemplars', EXEMPLAR),
  9: many('attributes', KEY_VALUE),
  10: one('flags'),
  11: one('min'),
  12: one('max'),
}
export const BUCKETS: MessageLayout = { 1: one('offset'), 2: one('bucket_counts') }
export const EXPONENTIAL_HISTOGRAM_POINT: MessageLayout = {
  1: many('attributes', KEY_VALUE),
  2: one('start_time_unix_nano'),
  3: one('time_unix_nano'),
  4: one('count'),
  5: one('sum'),
  6: one('scale'),
  7: one('zero_count'),
  8: one('positive', BUCKETS),
  9: one('negative', BUCKETS),
  10: one('flags'),
  11: many('exemplars', EXEMPLAR),
  12: one('min'),
  13: one('max'),
  14: one('zero_threshold'),
}
export const QUANTILE: MessageLayout = { 1: one('quantile'), 2: one('value') }
export const SUMMARY_POINT: MessageLayout = {
  2: one('start_time_unix_nano'),
  3: one('time_unix_nano'),
  4: one('count'),
  5: one('sum'),
  6: many('quantile_values', QUANTILE),
  7: many('attributes', KEY_VALUE),
  8: one('flags'),
}
export const GAUGE: MessageLayout = { 1: many('data_points', NUMBER_POINT) }
export const SUM: MessageLayout = { ...GAUGE, 2: one('aggregation_temporality'), 3: one('is_monotonic') }
export const HISTOGRAM: MessageLayout = {
  1: many('data_points', HISTOGRAM_POINT),
  2: one('aggregation_temporality'),
}
export const EXPONENTIAL_HISTOGRAM: MessageLayout = {
  1: many('data_points', EXPONENTIAL_HISTOGRAM_POINT),
  2: one('aggregation_temporality'),
}
export const SUMMARY: MessageLayout = { 1: many('data_points', SUMMARY_POINT) }
export const METRIC: MessageLayout = {
  1: one('name'),
  2: one('description'),
  3: one('unit'),
  5: one('gauge', GAUGE),
  7: one('sum', SUM),
  9: one('histogram', HISTOGRAM),
  10: one('exponential_histogram', EXPONENTIAL_HISTOGRAM),
  11: one('summary', SUMMARY),
  12: many('metadata', KEY_VALUE),
}

const scopeGroup = (items: string, item: MessageLayout): MessageLayout => ({
  1: one('scope', SCOPE),
  2: many(items, item),
  3: one('schema_url'),
})
const request = (signal: string, item: MessageLayout, items: string): MessageLayout => ({
  1: many(`resource_${signal}`, {
    1: one('resource', RESOURCE),
    2: many(`scope_${signal}`, scopeGroup(items, item)),
    3: one('schema_url'),
  }),
})

/** The requests of the three signals. */
export const REQUESTS = {
  traces: request('spans', SPAN, 'spans'),
  metrics: request('metrics', METRIC, 'metrics'),
  logs: request('logs', LOG_RECORD, 'log_records'),
} as const

/** `ScopeSpans`, `ScopeMetrics`, `ScopeLogs` and their resource groups have the same field numbers. */
export const SCOPE_GROUP: MessageLayout = scopeGroup('items', {})
export const RESOURCE_GROUP: MessageLayout = { 1: one('resource'), 2: many('scopes'), 3: one('schema_url') }
export const REQUEST: MessageLayout = { 1: many('resources') }
