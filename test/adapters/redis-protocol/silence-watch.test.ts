import { ManualClock } from 'seaworthy/testing'
import { expect, test } from 'vitest'
import { SilenceWatch } from '../../../src/adapters/redis-protocol/silence-watch.ts'

function watchAt(limitMs: number | undefined) {
  const clock = new ManualClock()
  const seen = { waitsFor: undefined as unknown, silences: [] as number[] }
  const watch = new SilenceWatch({
    clock,
    limitMs,
    waitsFor: () => seen.waitsFor,
    onSilence: (silentMs) => seen.silences.push(silentMs),
  })
  return { clock, watch, seen }
}

test('what stays the same for as long as the limit is a silence, and told again each quarter of it', async () => {
  const { clock, watch, seen } = watchAt(1000)
  seen.waitsFor = 'first'
  watch.begin()
  await clock.advance(999)
  expect(seen.silences).toEqual([])
  expect(watch.isSilent).toBe(true)
  await clock.advance(1)
  expect(seen.silences).toEqual([1000])
  await clock.advance(500)
  expect(seen.silences).toEqual([1000, 1250, 1500])
})

test('whatever is answered in between begins the time anew', async () => {
  const { clock, watch, seen } = watchAt(1000)
  seen.waitsFor = 'first'
  watch.begin()
  await clock.advance(900)
  seen.waitsFor = 'second'
  await clock.advance(1000)
  expect(seen.silences).toEqual([])
  await clock.advance(250)
  expect(seen.silences).toEqual([1000])
})

test('while nothing is waited for there is no timer', async () => {
  const { clock, watch, seen } = watchAt(1000)
  seen.waitsFor = 'first'
  watch.begin()
  watch.begin()
  expect(clock.pending).toBe(1)
  seen.waitsFor = undefined
  await clock.advance(250)
  expect(clock.pending).toBe(0)
  expect(watch.isSilent).toBe(false)
  seen.waitsFor = 'second'
  watch.begin()
  expect(clock.pending).toBe(1)
  watch.end()
  expect(clock.pending).toBe(0)
  watch.begin()
  expect(clock.pending).toBe(0)
})

test('without a limit nothing is watched', () => {
  const { clock, watch, seen } = watchAt(undefined)
  seen.waitsFor = 'first'
  watch.begin()
  expect(clock.pending).toBe(0)
})
