import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { DelayLine } from '../../src/load/delay-line.ts'

test('without a delay things come out at once', () => {
  const clock = new ManualClock()
  const seen: string[] = []
  new DelayLine(clock, 0).push(() => seen.push('a'))
  expect(seen).toEqual(['a'])
  expect(clock.pending).toBe(0)
})

test('each thing comes out after the delay, in the order in which it was put in', async () => {
  const clock = new ManualClock()
  const line = new DelayLine(clock, 25)
  const seen: string[] = []
  line.push(() => seen.push('data'))
  await clock.advance(10)
  line.push(() => seen.push('more'))
  line.push(() => seen.push('close'))
  await clock.advance(14)
  expect(seen).toEqual([])
  await clock.advance(1)
  expect(seen).toEqual(['data'])
  await clock.advance(9)
  expect(seen).toEqual(['data'])
  await clock.advance(1)
  expect(seen).toEqual(['data', 'more', 'close'])
  expect(clock.pending).toBe(0)
})

test('what is put in while something comes out waits its own time', async () => {
  const clock = new ManualClock()
  const line = new DelayLine(clock, 10)
  const seen: number[] = []
  line.push(() => line.push(() => seen.push(clock.now())))
  await clock.advance(50)
  expect(seen).toEqual([20])
})
