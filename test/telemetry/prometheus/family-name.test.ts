import { expect, test } from 'vitest'
import { type FamilyType, toFamilyName } from '../../../src/telemetry/prometheus/family-name.ts'
import { toBoundText } from '../../../src/telemetry/prometheus/number-text.ts'

function nameOf(name: string, unit = '', type: FamilyType = 'gauge', keepsNames = false, isSum = false) {
  return Object.values(toFamilyName({ name, unit, type, isSum }, { keepsNames })).join(' ')
}

test.for([
  ['http.server.request.duration', 's', 'histogram', 'http_server_request_duration_seconds seconds'],
  ['http.server.active_requests', '{request}', 'gauge', 'http_server_active_requests '],
  ['process.cpu.utilization', '1', 'gauge', 'process_cpu_utilization_ratio ratio'],
  ['jobs', '1', 'counter', 'jobs '],
  ['jobs', '{job}/s', 'gauge', 'jobs_per_second per_second'],
  ['disk.io', 'By/min', 'gauge', 'disk_io_bytes_per_minute bytes_per_minute'],
  ['disk.bytes', 'By/s', 'gauge', 'disk_bytes_per_second bytes_per_second'],
  ['latency.seconds', 's', 'gauge', 'latency_seconds seconds'],
  ['seconds.since.start', 's', 'gauge', 'seconds_since_start '],
  ['sent.total', 'By', 'counter', 'sent_bytes bytes'],
  ['sent.total', '', 'gauge', 'sent_total '],
  ['memory', 'MiBy', 'gauge', 'memory_mebibytes mebibytes'],
  ['fan', '{rotations}', 'gauge', 'fan '],
  ['temp', '°F', 'gauge', 'temp_F F'],
  ['odd', 'toString', 'gauge', 'odd_toString toString'],
  ['a..b//c', '', 'gauge', 'a_b_c '],
  ['9lives', '', 'gauge', '_9lives '],
  ['ends_', 's', 'gauge', 'ends_seconds seconds'],
  ['', '', 'gauge', '_ '],
] as const)('%s in %s, a %s, is %s', ([name, unit, type, expected]) => {
  expect(nameOf(name, unit, type)).toBe(expected)
})

test('a sum that goes up and down is no ratio, whatever its unit', () => {
  expect(nameOf('connections', '1', 'gauge', false, true)).toBe('connections ')
})

test('names that are kept get their suffixes all the same', () => {
  expect(nameOf('http.server.request.duration', 's', 'histogram', true)).toBe(
    'http.server.request.duration_seconds seconds',
  )
  expect(nameOf('9.lives//x', '', 'gauge', true)).toBe('9.lives//x ')
})

test.for([
  [0, '0', '0.0'],
  [1, '1', '1.0'],
  [0.005, '0.005', '0.005'],
  [0.0001, '0.0001', '0.0001'],
  [0.00001, '1e-05', '1e-05'],
  [250_000, '250000', '250000.0'],
  [1_000_000, '1e+06', '1e+06'],
  [123_456_789, '1.23456789e+08', '1.23456789e+08'],
  [1e100, '1e+100', '1e+100'],
  [-2.5, '-2.5', '-2.5'],
] as const)('the boundary %d is %s, in OpenMetrics %s', ([value, text, open]) => {
  expect(toBoundText(value, { isOpenMetrics: false })).toBe(text)
  expect(toBoundText(value, { isOpenMetrics: true })).toBe(open)
})
