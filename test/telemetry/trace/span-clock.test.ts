import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtobufWriter } from '../../../src/otlp/protobuf-writer.ts'
import { SpanClock, TimeAnchor } from '../../../src/telemetry/trace/span-clock.ts'

test('a clock that is set is followed within a minute, and a jitter of milliseconds is not', () => {
  let now = 0
  let wall = 1_700_000_000_000
  const clock = new SpanClock({ monotonic: () => now, wall: () => wall + now, originMs: wall })
  const anchor = clock.anchorAt(0)
  wall += 2
  now = 60_000
  expect(clock.anchorAt(now)).toBe(anchor)
  wall += 3_600_000
  now = 119_999
  expect(clock.anchorAt(now)).toBe(anchor)
  now = 120_000
  expect(clock.anchorAt(now).hrTimeAt(now)).toEqual([1_700_003_720, 2_000_000])
})

test('the anchor of the process is the real time', () => {
  const clock = new SpanClock()
  const now = clock.now()
  const [seconds, nanos] = clock.anchorAt(now).hrTimeAt(now)
  expect(Math.abs(seconds * 1000 + nanos / 1e6 - Date.now())).toBeLessThan(1000)
})

test('a moment just below a second stays in it', () => {
  expect(new TimeAnchor(0).hrTimeAt(999.999_999_9)).toEqual([0, 999_999_999])
})

test('no time goes back, and nanoseconds stay below a second', () => {
  const origin = fc.double({ min: 0, max: 4e12, noNaN: true })
  const moments = fc.tuple(fc.double({ min: 0, max: 1e10, noNaN: true }), fc.double({ min: 0, max: 1e10, noNaN: true }))
  fc.assert(
    fc.property(origin, moments, (originMs, [a, b]) => {
      const anchor = new TimeAnchor(originMs)
      const [first, second] = [Math.min(a, b), Math.max(a, b)].map((ms) => anchor.hrTimeAt(ms))
      if (first === undefined || second === undefined) throw new Error('no times')
      expect(first[1]).toBeGreaterThanOrEqual(0)
      expect(first[1]).toBeLessThan(1e9)
      expect(Number.isInteger(first[0]) && Number.isInteger(first[1])).toBe(true)
      expect(first[0] < second[0] || (first[0] === second[0] && first[1] <= second[1])).toBe(true)
    }),
  )
})

test('seconds and nanoseconds go out as the exact sum', () => {
  const seconds = fc.oneof(fc.integer({ min: 0, max: 2 ** 34 }), fc.constantFrom(0, 65_535, 65_536, 18_446_744_073))
  fc.assert(
    fc.property(seconds, fc.integer({ min: 0, max: 999_999_999 }), (seconds, nanos) => {
      const writer = new ProtobufWriter()
      writer.timeParts(9, seconds, nanos)
      const bytes = writer.finish()
      const exact = BigInt(seconds) * 1_000_000_000n + BigInt(nanos)
      expect(bytes[0]).toBe(9)
      expect(new DataView(bytes.buffer).getBigUint64(1, true)).toBe(exact < 2n ** 64n ? exact : 0n)
    }),
    { numRuns: 1000 },
  )
})
