import fc from 'fast-check'
import { expect, test } from 'vitest'
import { buildTraceTree } from '../../../src/store/view/trace-tree.ts'
import { renderTraceTree } from '../../../src/store/view/trace-text.ts'
import { spanId, storedSpan } from '../samples.ts'

const spans = fc.array(
  fc.record({
    spanId: fc.integer({ min: 1, max: 25 }).map(spanId),
    parentSpanId: fc.oneof(fc.constant(''), fc.integer({ min: 1, max: 30 }).map(spanId)),
    startTimeUnixNano: fc.bigInt({ min: 0n, max: 50n }),
    endTimeUnixNano: fc.bigInt({ min: 0n, max: 50n }),
    name: fc.string({ unit: 'binary' }),
  }),
  { minLength: 1, maxLength: 40 },
)

test('whatever the parents are: every span is shown once, and each row is one deeper than its parent or at the top', () => {
  fc.assert(
    fc.property(spans, (parts) => {
      const trace = buildTraceTree(parts.map((part) => storedSpan(part)))
      const ids = trace.rows.map((row) => row.span.spanId)
      expect([...ids].sort()).toEqual([...new Set(parts.map((part) => part.spanId))].sort())
      expect(trace.duplicateCount).toBe(parts.length - ids.length)
      const path: string[] = []
      for (const row of trace.rows) {
        path.length = row.depth
        if (row.depth > 0) expect(row.span.parentSpanId).toBe(path[row.depth - 1])
        path[row.depth] = row.span.spanId
      }
    }),
  )
})

test('whatever the names are: the text has one line for each span, and nothing that a terminal would act upon', () => {
  fc.assert(
    fc.property(spans, (parts) => {
      const trace = buildTraceTree(parts.map((part) => storedSpan(part)))
      const lines = renderTraceTree(trace).split('\n')
      expect(lines).toHaveLength(trace.rows.length + 1)
      // oxlint-disable-next-line no-control-regex
      expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/)
    }),
  )
})
