import { expect, test } from 'vitest'
import type { NoiseEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { noiseOf } from '../../../src/trial/verdict/noise-guard.ts'
import { makeLifetime } from '../samples.ts'

/** So many seconds, all alike unless `changes` says otherwise for one of them. */
function seconds(count: number, changes: (second: number) => Partial<NoiseEvent> = () => ({})): Lifetime {
  const events = Array.from({ length: count }, (_, second): NoiseEvent => ({
    kind: 'noise',
    at: (second + 1) * 1000,
    startedAt: second * 1000,
    latenessMs: 1,
    loopDelayMs: 2,
    controlMs: 1,
    ...changes(second),
  }))
  return makeLifetime(events, { voyage: 'underway' })
}

test('without any measurement it is quiet, and says that nobody measured', () => {
  expect(noiseOf([])).toEqual({ isNoisy: false, says: 'Nobody measured how quiet the machine was', figures: [] })
  expect(noiseOf([makeLifetime([], { voyage: 'x' })]).isNoisy).toBe(false)
})

test('requests that go out 50 ms late are not too late, 50.1 ms are, and the sentence says by how much', () => {
  expect(noiseOf([seconds(5, () => ({ latenessMs: 50 }))])).toMatchObject({
    isNoisy: false,
    says: 'The machine was quiet',
  })
  expect(noiseOf([seconds(5, () => ({ latenessMs: 50.1 }))])).toMatchObject({
    isNoisy: true,
    says: 'The machine was too noisy: our own requests went out 50.1 ms late',
  })
})

test('one bad second in ten is forgiven, two are not', () => {
  expect(noiseOf([seconds(10, (second) => (second < 1 ? { loopDelayMs: 200 } : {}))]).isNoisy).toBe(false)
  expect(noiseOf([seconds(10, (second) => (second < 2 ? { loopDelayMs: 200 } : {}))]).isNoisy).toBe(true)
})

test('a control service is slow when it takes more than twice as long as at first, and more than 5 ms', () => {
  const later = (atFirst: number, then: number): Lifetime =>
    seconds(20, (second) => ({ controlMs: second < 3 ? atFirst : then }))
  expect(noiseOf([later(1, 5)]).isNoisy).toBe(false)
  expect(noiseOf([later(3, 6)]).isNoisy).toBe(false)
  expect(noiseOf([later(3, 6.1)])).toMatchObject({
    isNoisy: true,
    says: 'The machine was too noisy: a control service that does nothing took 6.1 ms to answer instead of 3 ms',
  })
})

test('the quietest lifetime says what the control service takes when it is quiet', () => {
  const loud = seconds(10, () => ({ controlMs: 20 }))
  expect(noiseOf([loud]).isNoisy).toBe(false)
  expect(noiseOf([seconds(5), loud]).isNoisy).toBe(true)
})

test('a tenth of the processors stolen is quiet, more is not; pressure alone never decides', () => {
  expect(noiseOf([seconds(4, () => ({ stealRatio: 0.1, cpuPressureRatio: 1 }))])).toMatchObject({
    isNoisy: false,
    figures: expect.arrayContaining([{ name: 'cpuPressureRatio', value: 1 }]),
  })
  expect(noiseOf([seconds(4, () => ({ stealRatio: 0.11 }))]).isNoisy).toBe(true)
})

test('without a control service the rest is judged alone', () => {
  const events = seconds(3).events.map((event) => ({ ...event, controlMs: undefined }) as unknown as NoiseEvent)
  expect(noiseOf([makeLifetime(events, { voyage: 'x' })]).isNoisy).toBe(false)
})
