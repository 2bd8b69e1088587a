import { expect, test } from 'vitest'
import type { StoredSpan } from '../../../src/store/stored-item.ts'
import { buildTraceTree } from '../../../src/store/view/trace-tree.ts'
import { spanId, storedSpan } from '../samples.ts'

/** `node(2, 1, 30)`: span 2, child of span 1, starting at 30 ms; parent 0 means none. */
function node(id: number, parent: number, startMs: number, own: Partial<StoredSpan> = {}): StoredSpan {
  return storedSpan({
    spanId: spanId(id),
    parentSpanId: parent === 0 ? '' : spanId(parent),
    name: `s${id}`,
    startTimeUnixNano: BigInt(startMs) * 1_000_000n,
    endTimeUnixNano: BigInt(startMs + 10) * 1_000_000n,
    ...own,
  })
}

function shape(spans: readonly StoredSpan[]): string[] {
  return buildTraceTree(spans).rows.map((row) => `${'-'.repeat(row.depth)}${row.name} ${row.parent}`)
}

test('children stand under their parent, ordered by start, whatever the order of arrival', () => {
  expect(shape([node(4, 2, 30), node(3, 1, 40), node(2, 1, 20), node(1, 0, 10)])).toEqual([
    's1 none',
    '-s2 present',
    '--s4 present',
    '-s3 present',
  ])
})

test('a span whose parent has not arrived stands at the top, and says whether the parent is remote', () => {
  expect(
    shape([node(1, 9, 10, { flags: 0x301 }), node(2, 8, 20, { flags: 0x101 }), node(3, 7, 30), node(4, 2, 40)]),
  ).toEqual(['s1 remote', 's2 lost', '-s4 present', 's3 lost'])
})

test('spans in a circle are shown, once each', () => {
  expect(shape([node(1, 2, 10), node(2, 1, 20), node(3, 3, 5), node(4, 2, 30)])).toEqual([
    's3 present',
    's1 present',
    '-s2 present',
    '--s4 present',
  ])
})

test('a span that was delivered twice is shown once and counted', () => {
  const trace = buildTraceTree([node(1, 0, 10), node(2, 1, 20), node(2, 1, 20)])
  expect(trace.rows).toHaveLength(2)
  expect(trace.duplicateCount).toBe(1)
})

test('the trace lasts from the earliest start to the latest end; times count from its start', () => {
  const trace = buildTraceTree([node(1, 0, 100), node(2, 1, 90), node(3, 1, 150, { endTimeUnixNano: 175_500_000n })])
  expect(trace.durationMs).toBe(85.5)
  expect(trace.startTimeUnixNano).toBe(90_000_000n)
  expect(trace.rows.map((row) => [row.name, row.offsetMs, row.durationMs])).toEqual([
    ['s1', 10, 10],
    ['s2', 0, 10],
    ['s3', 60, 25.5],
  ])
})

test('a span that ends before it starts, or never, has no duration rather than a negative one', () => {
  const trace = buildTraceTree([node(1, 0, 100, { endTimeUnixNano: 0n })])
  expect([trace.durationMs, trace.rows[0]?.durationMs]).toEqual([0, 0])
})

test('services are named in the order of the rows, errors are counted', () => {
  const trace = buildTraceTree([
    node(1, 0, 1, { service: 'web' }),
    node(2, 1, 2, { service: 'orders', status: { code: 2, message: '' } }),
    node(3, 2, 3, { service: 'bank', status: { code: 2, message: '' } }),
    node(4, 1, 4, { service: 'web' }),
  ])
  expect(trace.services).toEqual(['web', 'orders', 'bank'])
  expect(trace.errorCount).toBe(2)
})

test('a kind and a status that the protocol does not define are unspecified and unset', () => {
  const [row] = buildTraceTree([node(1, 0, 1, { kind: 99, status: { code: 99, message: '' } })]).rows
  expect([row?.kind, row?.status]).toEqual(['unspecified', 'unset'])
})

test('a chain of 50,000 spans is no problem', () => {
  const spans = Array.from({ length: 50_000 }, (_, n) => node(n + 1, n, n))
  expect(buildTraceTree(spans).rows.at(-1)?.depth).toBe(49_999)
})
