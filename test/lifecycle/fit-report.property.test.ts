import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitReport } from '../../src/lifecycle/fit-report.ts'

const text = fc.string({ unit: 'binary', maxLength: 3000 })
const report = fc.record(
  {
    exitCode: fc.integer({ min: 0, max: 255 }),
    reason: fc.constantFrom('SIGTERM', 'requested'),
    error: text,
    clean: fc.boolean(),
    laggards: fc.array(fc.record({ name: text, tookMs: fc.nat() }), { maxLength: 60 }),
    aborted: fc.array(text, { maxLength: 60 }),
    phases: fc.dictionary(fc.string(), fc.nat()),
    flush: fc.dictionary(fc.string(), fc.record({ problem: text })),
    figures: fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.nat(), { maxKeys: 200 }), { maxKeys: 50 }),
  },
  { requiredKeys: ['exitCode', 'reason', 'clean'] },
)

test('whatever a report holds, it is valid JSON within its room, and the exit code and the reason are in it', () => {
  fc.assert(
    fc.property(report, fc.integer({ min: 300, max: 4096 }), (fields, maxBytes) => {
      const fitted = fitReport(fields, maxBytes)
      expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(maxBytes)
      const { exitCode, reason, clean } = fields
      expect(JSON.parse(fitted)).toMatchObject({ exitCode, reason, clean })
    }),
    { numRuns: 200 },
  )
})

test('a report that fits is whole', () => {
  fc.assert(
    fc.property(report, (fields) => {
      expect(fitReport(fields, 100_000_000)).toBe(JSON.stringify(fields))
    }),
  )
})
