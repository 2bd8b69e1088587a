import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { TraceIdRatio } from '../../../src/telemetry/sampling/trace-id-ratio.ts'

const traceId = fc.stringMatching(/^[\da-f]{32}$/)
const ratio = fc.double({ min: 0, max: 1, noNaN: true })

test('a trace is sampled exactly when its last 56 bits are at least (1 - ratio) · 2^56', () => {
  fc.assert(
    fc.property(traceId, ratio, (id, part) => {
      const threshold = BigInt(Math.round((1 - part) * 2 ** 56))
      expect(new TraceIdRatio(part).includes(id)).toBe(BigInt(`0x${id.slice(18)}`) >= threshold)
    }),
  )
})

test('what a smaller ratio samples, a larger one samples, too', () => {
  fc.assert(
    fc.property(traceId, ratio, ratio, (id, one, other) => {
      const small = new TraceIdRatio(Math.min(one, other))
      const large = new TraceIdRatio(Math.max(one, other))
      expect(small.includes(id) && !large.includes(id)).toBe(false)
    }),
  )
})

test('0 takes nothing and 1 takes everything', () => {
  for (const id of ['0'.repeat(32), 'f'.repeat(32), '0'.repeat(31) + '1']) {
    expect(new TraceIdRatio(0).includes(id)).toBe(false)
    expect(new TraceIdRatio(1).includes(id)).toBe(true)
    expect(new TraceIdRatio(Number.MIN_VALUE).includes(id)).toBe(false)
  }
})

test('of many random traces the asked-for part is taken', () => {
  const sampler = new TraceIdRatio(0.1)
  const count = 20_000
  let taken = 0
  for (let index = 0; index < count; index++) if (sampler.includes(randomBytes(16).toString('hex'))) taken++
  // Ten standard deviations on either side.
  expect(Math.abs(taken - count * 0.1)).toBeLessThan(10 * Math.sqrt(count * 0.1 * 0.9))
})
