import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineTimeReader } from '../../../src/telemetry/logs/line-time-reader.ts'

test('a time is read as Date.parse() reads it, whatever was read before', () => {
  const reader = new LineTimeReader()
  const near = fc.integer({ min: 1_795_392_000_000, max: 1_795_392_002_000 }).map((ms) => new Date(ms).toISOString())
  const any = fc.date({ noInvalidDate: true }).map((date) => date.toISOString())
  const others = fc.constantFrom(
    '2026-11-23T10:20:30.1x3Z',
    '2026-11-23T10:20:60.123Z',
    '2026-11-23T10:20:30,123Z',
    '2026-11-23T10:20:30+01:0',
    '2026-11-23T10:20:30Z',
    'Mon, 23 Nov 2026 01:02:3Z',
    '',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(near, any, others), { minLength: 2 }), (texts) => {
      for (const text of texts) expect(reader.read(text)).toBe(Date.parse(text))
    }),
    { numRuns: 1000 },
  )
})
