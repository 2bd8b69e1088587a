import { expect, test } from 'vitest'
import { LARGEST_BODY_BYTES, Pace } from '../../../src/telemetry/pipeline/pace.ts'

const MIB = 1_048_576
const create = (): Pace => new Pace({ random: () => 1 })
const succeed = (pace: Pace, backlogBytes = 0, round = pace.round, tookMs = 100): boolean =>
  pace.succeeded({ round, tookMs, loadBytes: MIB, limitMs: 10_000, backlogBytes })

test('attempts that fail together are one failure, not four', () => {
  const pace = create()
  const { round } = pace
  for (let index = 0; index < 4; index++) pace.failed(round, 0, undefined, 'none')
  expect([pace.notBefore, pace.parallel]).toEqual([1000, 1])
  pace.failed(pace.round, 1000, undefined, 'none')
  expect(pace.notBefore).toBe(3000)
})

test('a success of an attempt that began before the failure ends nothing, that of the probe does', () => {
  const pace = create()
  const { round } = pace
  pace.failed(round, 0, undefined, 'none')
  expect(succeed(pace, 0, round)).toBe(false)
  expect([pace.isFailing, pace.notBefore]).toEqual([true, 1000])
  expect(succeed(pace)).toBe(true)
  expect(pace.isFailing).toBe(false)
})

test('after a failure it begins with one request, and doubles', () => {
  const pace = create()
  pace.failed(pace.round, 0, undefined, 'none')
  const seen: number[] = []
  for (let index = 0; index < 4; index++) {
    succeed(pace)
    seen.push(pace.parallel)
  }
  expect(seen).toEqual([1, 2, 4, 4])
})

test('bodies shrink with failures, grow with successes, and beyond 1 MiB only while there is a backlog', () => {
  const pace = create()
  expect(pace.bodyBytes).toBe(MIB)
  for (let index = 0; index < 9; index++) pace.failed(pace.round, 0, undefined, 'none')
  expect(pace.bodyBytes).toBe(MIB / 8)
  for (let index = 0; index < 9; index++) succeed(pace)
  expect(pace.bodyBytes).toBe(MIB)
  for (let index = 0; index < 9; index++) succeed(pace, 100 * MIB)
  expect(pace.bodyBytes).toBe(LARGEST_BODY_BYTES)
})

test('what was too large once is not tried again', () => {
  const pace = create()
  pace.tooLarge(400_000)
  for (let index = 0; index < 9; index++) succeed(pace, 100 * MIB)
  expect(pace.bodyBytes).toBe(200_000)
})

test('a time that the collector asks for with an attempt that began before the failure counts as well', () => {
  const pace = create()
  const { round } = pace
  pace.failed(round, 0, undefined, 'none')
  pace.failed(round, 0, 60_000, 'none')
  expect(pace.notBefore).toBe(60_000)
})

test('in the last flush the pauses are short, whatever the collector asked for', () => {
  const pace = create()
  for (let index = 0; index < 6; index++) pace.failed(pace.round, 0, 60_000, 'none')
  pace.beginFlush(true)
  expect(pace.notBefore).toBe(Number.NEGATIVE_INFINITY)
  pace.failed(pace.round, 0, 60_000, 'final')
  expect(pace.notBefore).toBe(100)
})

test('in any other flush a time that the collector asked for is kept to, and so is the shortest pause', () => {
  const pace = create()
  pace.failed(pace.round, 0, undefined, 'none')
  pace.beginFlush(false)
  expect(pace.notBefore).toBe(250)
  pace.failed(pace.round, 250, undefined, 'any')
  expect(pace.notBefore).toBe(350)
  pace.failed(pace.round, 350, 60_000, 'any')
  expect(pace.notBefore).toBe(60_350)
  pace.beginFlush(false)
  expect(pace.notBefore).toBe(60_350)
  succeed(pace)
  pace.beginFlush(false)
  expect(pace.notBefore).toBe(Number.NEGATIVE_INFINITY)
})

test('bodies grow no more when answers take a quarter of their time, and shrink when they take half of it', () => {
  const pace = create()
  succeed(pace, 100 * MIB)
  expect(pace.bodyBytes).toBe(2 * MIB)
  succeed(pace, 100 * MIB, pace.round, 2501)
  expect(pace.bodyBytes).toBe(2 * MIB)
  for (let index = 0; index < 9; index++) succeed(pace, 100 * MIB, pace.round, 5001)
  expect(pace.bodyBytes).toBe(MIB / 8)
})
