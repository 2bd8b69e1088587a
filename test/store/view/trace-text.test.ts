import { expect, test } from 'vitest'
import { buildTraceTree } from '../../../src/store/view/trace-tree.ts'
import { formatMs, renderTraceTree } from '../../../src/store/view/trace-text.ts'
import { spanId, storedSpan, traceId } from '../samples.ts'

const MS = 1_000_000n

test('a trace over two services reads as a tree', () => {
  const trace = buildTraceTree([
    storedSpan({
      spanId: spanId(1),
      parentSpanId: spanId(99),
      flags: 0x301,
      name: 'POST /orders',
      kind: 2,
      endTimeUnixNano: 41n * MS,
      status: { code: 1, message: '' },
    }),
    storedSpan({
      spanId: spanId(2),
      parentSpanId: spanId(1),
      name: 'INSERT orders',
      kind: 3,
      startTimeUnixNano: MS,
      endTimeUnixNano: 2_250_000n,
    }),
    storedSpan({
      spanId: spanId(3),
      parentSpanId: spanId(1),
      name: 'POST',
      kind: 3,
      startTimeUnixNano: 3n * MS,
      endTimeUnixNano: 33n * MS,
    }),
    storedSpan({
      spanId: spanId(4),
      parentSpanId: spanId(3),
      name: 'POST /payments',
      kind: 2,
      service: 'payments',
      startTimeUnixNano: 4n * MS,
      endTimeUnixNano: 32n * MS,
      status: { code: 2, message: 'card\ndeclined \u001b[31m' },
    }),
    storedSpan({
      spanId: spanId(5),
      parentSpanId: spanId(1),
      name: '',
      startTimeUnixNano: 34n * MS,
      endTimeUnixNano: 34_320_000n,
    }),
    storedSpan({
      spanId: spanId(6),
      parentSpanId: spanId(77),
      name: 'stray',
      startTimeUnixNano: 35n * MS,
      endTimeUnixNano: 3_035n * MS,
    }),
  ])
  expect(renderTraceTree(trace)).toBe(
    `
trace ${traceId(1)} · 6 spans · 2 services · 3.04s · 1 error
POST /orders          orders    server    41.0ms  ok (called from outside)
├─ INSERT orders      orders    client    1.25ms
├─ POST               orders    client    30.0ms
│  └─ POST /payments  payments  server    28.0ms  ERROR card·declined ·[31m
└─ (no name)          orders    internal   320µs
stray                 orders    internal   3.00s  (parent ${spanId(77)} has not arrived)
`.trim(),
  )
})

test('what is deeper than a terminal is wide keeps its depth as a number', () => {
  const chain = Array.from({ length: 30 }, (_, n) =>
    storedSpan({ spanId: spanId(n + 1), parentSpanId: n === 0 ? '' : spanId(n), name: `s${n}` }),
  )
  const lines = renderTraceTree(buildTraceTree(chain)).split('\n')
  expect(lines[25]).toMatch(/^ {69}└─ s24 /)
  expect(lines.at(-1)).toMatch(/^ {69}└─ \(\+5\) s29 /)
})

test('more rows than asked for are counted on the last line', () => {
  const spans = Array.from({ length: 5 }, (_, n) => storedSpan({ spanId: spanId(n + 1), name: `s${n}` }))
  const lines = renderTraceTree(buildTraceTree(spans), { maxRows: 2 }).split('\n')
  expect(lines).toHaveLength(4)
  expect(lines.at(-1)).toBe('… and 3 more spans')
})

test('a name of megabytes is cut', () => {
  const text = renderTraceTree(buildTraceTree([storedSpan({ name: 'x'.repeat(5_000_000) })]))
  expect(text.length).toBeLessThan(300)
})

test('a span that was delivered twice is mentioned', () => {
  expect(renderTraceTree(buildTraceTree([storedSpan(), storedSpan()]))).toContain(
    '1 span · 1 service · 1.00ms · 1 span delivered twice',
  )
})

test.each([
  [0, '0µs'],
  [0.0004, '0µs'],
  [0.9994, '999µs'],
  [1, '1.00ms'],
  [12.34, '12.3ms'],
  [999.9, '999.9ms'],
  [61_000, '61.00s'],
])('%d ms reads %s', (ms, text) => {
  expect(formatMs(ms)).toBe(text)
})
