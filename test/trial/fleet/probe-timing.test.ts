import { expect, test } from 'vitest'
import { probeTimings } from '../../../src/trial/fleet/probe-timing.ts'

const PROBE = { path: '/readyz', port: 8080, periodMs: 7000, timeoutMs: 1000, failureThreshold: 2, initialDelayMs: 300 }

test('declared numbers are used as they are', () => {
  const { ready } = probeTimings({ probes: { ready: { ...PROBE, origin: 'manifest' } } })
  expect(ready).toEqual({ periodMs: 7000, failureThreshold: 2, initialDelayMs: 300 })
})

test.each(['found', 'default'] as const)('a period that nobody declared (%s) is one second', (origin) => {
  expect(probeTimings({ probes: { ready: { ...PROBE, origin } } }).ready?.periodMs).toBe(1000)
})

test('a container is given up as late as with the period that Kubernetes takes, of readiness one is told as soon', () => {
  const probe = { ...PROBE, periodMs: 10_000, failureThreshold: 3, origin: 'found' } as const
  const { ready, live, startup } = probeTimings({ probes: { ready: probe, live: probe, startup: probe } })
  expect([ready?.failureThreshold, live?.failureThreshold, startup?.failureThreshold]).toEqual([3, 30, 30])
})

test('without a probe for readiness, something is asked all the same', () => {
  expect(probeTimings({ probes: {} })).toEqual({
    ready: { periodMs: 1000, failureThreshold: 3, initialDelayMs: 0 },
  })
})
