import { expect, test } from 'vitest'
import { LARGEST_BODY_BYTES, Pace } from '../../../src/telemetry/pipeline/pace.ts'

const MIB = 1_048_576
const create = (): Pace => new Pace({ random: () => 1 })

test('attempts that fail together are one failure, not four', () => {
  const pace = create()
  const { round } = pace
  for (let index = 0; index < 4; index++) pace.failed(round, 0, undefined, false)
  expect([pace.notBefore, pace.parallel]).toEqual([1000, 1])
  pace.failed(pace.round, 1000, undefined, false)
  expect(pace.notBefore).toBe(3000)
})

test('a success of an attempt that began before the failure ends nothing, that of the probe does', () => {
  const pace = create()
  const { round } = pace
  pace.failed(round, 0, undefined, false)
  expect(pace.succeeded(round, 0)).toBe(false)
  expect([pace.isFailing, pace.notBefore]).toEqual([true, 1000])
  expect(pace.succeeded(pace.round, 0)).toBe(true)
  expect(pace.isFailing).toBe(false)
})

test('after a failure it begins with one request, and doubles', () => {
  const pace = create()
  pace.failed(pace.round, 0, undefined, false)
  const seen: number[] = []
  for (let index = 0; index < 4; index++) {
    pace.succeeded(pace.round, 0)
    seen.push(pace.parallel)
  }
  expect(seen).toEqual([1, 2, 4, 4])
})

test('bodies shrink with failures, grow with successes, and beyond 1 MiB only while there is a backlog', () => {
  const pace = create()
  expect(pace.bodyBytes).toBe(MIB)
  for (let index = 0; index < 9; index++) pace.failed(pace.round, 0, undefined, false)
  expect(pace.bodyBytes).toBe(MIB / 8)
  for (let index = 0; index < 9; index++) pace.succeeded(pace.round, 0)
  expect(pace.bodyBytes).toBe(MIB)
  for (let index = 0; index < 9; index++) pace.succeeded(pace.round, 100 * MIB)
  expect(pace.bodyBytes).toBe(LARGEST_BODY_BYTES)
})

test('what was too large once is not tried again', () => {
  const pace = create()
  pace.tooLarge(400_000)
  for (let index = 0; index < 9; index++) pace.succeeded(pace.round, 100 * MIB)
  expect(pace.bodyBytes).toBe(200_000)
})

test('a time that the collector asks for with an attempt that began before the failure counts as well', () => {
  const pace = create()
  const { round } = pace
  pace.failed(round, 0, undefined, false)
  pace.failed(round, 0, 60_000, false)
  expect(pace.notBefore).toBe(60_000)
})

test('in a flush the pauses are short, whatever the collector asked for', () => {
  const pace = create()
  for (let index = 0; index < 6; index++) pace.failed(pace.round, 0, 60_000, false)
  pace.beginFlush()
  expect(pace.notBefore).toBe(Number.NEGATIVE_INFINITY)
  pace.failed(pace.round, 0, 60_000, true)
  expect(pace.notBefore).toBe(100)
})
