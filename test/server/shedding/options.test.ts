import { createService, SHEDDING_PRESET } from 'seaworthy'
import { expect, test } from 'vitest'
import { settingsOf } from './shedding-for-test.ts'

test('what is not said has its default, and no limit is there that was not asked for', () => {
  expect(settingsOf({})).toEqual({
    limits: {
      maxEventLoopDelayMs: Infinity,
      maxInFlight: Infinity,
      maxMemoryPercent: Infinity,
      maxMemoryBytes: Infinity,
      maxHeapPercent: Infinity,
    },
    afterMs: 1000,
    calmMs: 5000,
    retryAfter: { minSeconds: 1, maxSeconds: 5 },
    exempt: [],
    affectsReadiness: false,
  })
})

test('true is the preset', () => {
  expect(settingsOf(true).limits).toEqual(settingsOf(SHEDDING_PRESET).limits)
  expect(settingsOf(true).limits).toMatchObject({ maxEventLoopDelayMs: 200, maxMemoryPercent: 95, maxHeapPercent: 95 })
})

test('durations are read as everywhere, and Retry-After in whole seconds', () => {
  const { limits, retryAfter } = settingsOf({ maxEventLoopDelay: '0.5s', retryAfter: { min: '1500ms', max: '10s' } })
  expect(limits.maxEventLoopDelayMs).toBe(500)
  expect(retryAfter).toEqual({ minSeconds: 2, maxSeconds: 10 })
  expect(settingsOf({ retryAfter: { min: '10s' } }).retryAfter).toEqual({ minSeconds: 10, maxSeconds: 50 })
})

test('every problem is found where it was made, in one error', () => {
  const shedding = {
    maxEventLoopDelay: '1ms',
    maxInFlight: 0,
    maxMemoryPercent: 101,
    maxMemoryBytes: 1000,
    maxHeapPercent: 'a lot',
    after: '2m',
    retryAfter: { min: '5s', max: '2s' },
    exempt: ['livez'],
    maxInFlights: 7,
  }
  const names = [
    'maxEventLoopDelay',
    'maxInFlight',
    'maxMemoryPercent',
    'maxMemoryBytes',
    'maxHeapPercent',
    'after',
    'retryAfter',
    'exempt',
    'maxInFlights',
  ]
  const wrong = shedding as unknown as true
  const withAll = expect.objectContaining({
    code: 'SEA_OPTIONS_INVALID',
    message: expect.toSatisfy((message: string) => names.every((name) => message.includes(`"${name}"`))),
  })
  expect(() => createService({ name: 'shop', shedding: wrong })).toThrow(withAll)
  const service = createService({ name: 'shop' })
  expect(() => service.listener('web', { shedding: wrong, start: () => () => {} })).toThrow(withAll)
  expect(() => createService({ name: 'shop', shedding: 'yes' as unknown as true })).toThrow('"shedding"')
})
