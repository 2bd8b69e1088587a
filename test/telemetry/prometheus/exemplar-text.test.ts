import { expect, test } from 'vitest'
import type { Exemplar } from '../../../src/otlp/model.ts'
import { exemplarsByBucket, latestExemplar, toExemplarText } from '../../../src/telemetry/prometheus/exemplar-text.ts'

function exemplar(value: number, atMs: number, over: Partial<Exemplar> = {}): Exemplar {
  const timeUnixNano = BigInt(atMs) * 1_000_000n
  return { value, timeUnixNano, traceId: '', spanId: '', filteredAttributes: {}, ...over }
}

test('of each bucket there is the exemplar with the greatest value', () => {
  const [a, b, c, d] = [exemplar(1, 4), exemplar(3, 3), exemplar(2, 2), exemplar(11, 1)]
  expect(exemplarsByBucket([a, b, c, d], [1, 10])).toEqual(
    new Map([
      [0, a],
      [1, b],
      [2, d],
    ]),
  )
})

test('of a counter there is the latest', () => {
  expect(latestExemplar([exemplar(1, 5), exemplar(2, 9), exemplar(3, 7)])?.value).toBe(2)
  expect(latestExemplar([])).toBeUndefined()
})

test('one outside of any trace has no ids, and no attribute takes the place of an id', () => {
  expect(toExemplarText(exemplar(0.5, 1500))).toBe(' # {} 0.5 1.500')
  const filteredAttributes = { trace_id: 'mine', k: 'v' }
  expect(toExemplarText(exemplar(1, 0, { traceId: 'ab', filteredAttributes }))).toBe(' # {k="v",trace_id="ab"} 1 0.000')
})

test('128 characters are allowed, 129 are not', () => {
  const text = (length: number) => toExemplarText(exemplar(1, 0, { filteredAttributes: { k: '🦭'.repeat(length) } }))
  expect(text(127)).toContain('🦭')
  expect(text(128)).toBe(' # {} 1 0.000')
})
