import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OptionReader } from '../../src/core/option-reader.ts'
import { isSeaworthyError } from '../../src/core/seaworthy-error.ts'

test('whatever is passed, it is either read into values of the right kind or refused by a SeaworthyError', () => {
  const options = fc.oneof(
    fc.anything(),
    fc.record({ name: fc.anything(), port: fc.anything(), drain: fc.anything(), files: fc.anything() }),
  )
  fc.assert(
    fc.property(options, (value) => {
      const reader = new OptionReader(value, 'x')
      const name = reader.text('name', { fallback: 'f' })
      const port = reader.integer('port', { fallback: 1, min: 0, max: 65_535 })
      const drain = reader.duration('drain', { fallback: 1, min: 0, max: 600_000 })
      const files = reader.list('files', { fallback: [] })
      try {
        reader.done()
      } catch (error) {
        expect(isSeaworthyError(error, 'SEA_OPTIONS_INVALID')).toBe(true)
        return
      }
      expect(name.length).toBeGreaterThan(0)
      expect(port >= 0 && port <= 65_535 && Number.isInteger(port)).toBe(true)
      expect(drain >= 0 && drain <= 600_000).toBe(true)
      expect(files.every((file) => typeof file === 'string')).toBe(true)
    }),
  )
})
