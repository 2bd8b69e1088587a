import { isValidSpanId, isValidTraceId } from '@opentelemetry/api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HexId } from '../../../src/telemetry/logs/hex-id.ts'

const nearly = (length: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.stringMatching(new RegExp(`^[0-9a-fA-F]{${length}}$`)),
    fc.stringMatching(new RegExp(`^[0-9a-g]{${length - 1},${length + 1}}$`)),
    fc.string({ unit: 'binary', minLength: length, maxLength: length }),
    fc.constant('0'.repeat(length)),
  )

test('an id is valid exactly when the API says so, and its words are the number that it is', () => {
  for (const [words, length, isValid] of [
    [4, 32, isValidTraceId],
    [2, 16, isValidSpanId],
  ] as const) {
    const id = new HexId(words)
    fc.assert(
      fc.property(nearly(length), (text) => {
        const wasRead = id.read(text)
        expect(wasRead).toBe(isValid(text))
        const hex = Array.from({ length: words }, (_, index) =>
          (id.word(index) >>> 0).toString(16).padStart(8, '0'),
        ).join('')
        expect(wasRead ? hex : text.toLowerCase()).toBe(text.toLowerCase())
      }),
      { numRuns: 300 },
    )
  }
})
