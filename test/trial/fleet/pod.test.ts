import { describe, expect, test } from 'vitest'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { Random } from '../../../src/load/random.ts'
import { Pod, type PodSettings } from '../../../src/trial/fleet/pod.ts'
import { EVERY_SECOND } from './simulated-fleet.ts'
import { SimulatedService, type SimulatedBehaviour } from './simulated-service.ts'

function run(behaviour: SimulatedBehaviour, settings: Partial<PodSettings> = {}) {
  const clock = new ManualClock()
  const log: [number, string][] = []
  const pod = new Pod({
    name: 'old-1',
    revision: 'old',
    clock,
    random: new Random(7),
    settings: { probes: { ready: EVERY_SECOND, live: EVERY_SECOND }, graceMs: 30_000, ...settings },
    runtime: new SimulatedService(clock, behaviour),
    onEvent: (what) => log.push([clock.now(), what]),
  })
  pod.create()
  const whats = (): string[] => log.map(([, what]) => what)
  const at = (what: string): number => log.find(([, each]) => each === what)?.[0] ?? Number.NaN
  return { clock, pod, log, whats, at }
}

test('readiness is a failure until its probe, first asked within a period, says otherwise', async () => {
  const { clock, pod, at } = run({ startMs: 0, drainMs: 0 })
  expect(pod.isReady).toBe(false)
  await clock.advance(1000)
  expect(pod.isReady).toBe(true)
  expect(at('ready')).toBeGreaterThan(0)
  expect(at('ready')).toBeLessThan(1000)
})

test('without a probe it is ready as soon as it runs', async () => {
  const { clock, pod } = run({ startMs: 5000, drainMs: 0 }, { probes: {} })
  await clock.advance(0)
  expect(pod.isReady).toBe(true)
})

test('the other probes wait for the one of the start', async () => {
  const startup = { periodMs: 1000, failureThreshold: 30, initialDelayMs: 0 }
  const { clock, pod, whats } = run({ startMs: 8000, drainMs: 0 }, { probes: { startup, live: EVERY_SECOND } })
  await clock.advance(7900)
  // Three failures of the probe for life would have ended it long ago.
  expect(pod.isReady).toBe(false)
  expect(whats()).toEqual(['created'])
  await clock.advance(1200)
  expect(pod.isReady).toBe(true)
})

test('a probe that fails less often in a row than its threshold changes nothing', async () => {
  const twice = { periodMs: 1000, failureThreshold: 3, initialDelayMs: 0 }
  const { clock, pod, whats } = run({ startMs: 0, drainMs: 2500, flipsReadiness: true }, { probes: { ready: twice } })
  await clock.advance(1500)
  pod.delete()
  await clock.advance(10_000)
  expect(whats()).toEqual(['created', 'ready', 'deleted', 'signalled', 'unready', 'gone'])
})

describe('a deletion', () => {
  test('is followed by the signal at once, and readiness goes on being asked', async () => {
    const { clock, pod, at } = run({ startMs: 0, drainMs: 8000, flipsReadiness: true })
    await clock.advance(2000)
    pod.delete()
    await clock.advance(20_000)
    expect(at('deleted')).toBe(2000)
    expect(at('signalled')).toBe(2000)
    expect(at('unready')).toBeGreaterThan(2000 + 2000)
    expect(at('unready')).toBeLessThanOrEqual(2000 + 3000)
    expect(at('gone')).toBe(10_000)
  })

  test('ends the probe for life: one that fails meanwhile restarts nothing', async () => {
    const { clock, pod, whats } = run({ startMs: 0, drainMs: 20_000, sickAfterMs: 1500 })
    await clock.advance(1400)
    pod.delete()
    await clock.advance(30_000)
    expect(whats()).not.toContain('restarted')
    expect(whats()).not.toContain('killed')
  })

  test('runs the hook before the signal, and its time is part of the grace', async () => {
    const { clock, pod, at } = run({ startMs: 0, drainMs: Infinity, preStopMs: 4000 }, { graceMs: 10_000 })
    await clock.advance(2000)
    pod.delete()
    await clock.advance(30_000)
    expect(at('pre-stop-began')).toBe(2000)
    expect(at('pre-stop-ended')).toBe(6000)
    expect(at('signalled')).toBe(6000)
    expect(at('killed')).toBe(12_000)
    expect(at('gone')).toBe(12_000)
  })

  test('gives up a hook at the end of the grace, and leaves two seconds for the signal', async () => {
    const { clock, pod, at } = run({ startMs: 0, drainMs: Infinity, preStopMs: 60_000 }, { graceMs: 10_000 })
    await clock.advance(1000)
    pod.delete()
    await clock.advance(30_000)
    expect(at('pre-stop-ended')).toBe(11_000)
    expect(at('signalled')).toBe(11_000)
    expect(at('killed')).toBe(13_000)
  })

  test('kills what is still there at the end of the grace, and not a moment earlier', async () => {
    const { clock, pod, whats } = run({ startMs: 0, drainMs: Infinity }, { graceMs: 10_000 })
    await clock.advance(1000)
    pod.delete()
    await clock.advance(9999)
    expect(whats()).not.toContain('killed')
    await clock.advance(1)
    expect(whats().slice(-3)).toEqual(['killed', 'unready', 'gone'])
  })

  test('does not kill what ends in time, and happens once', async () => {
    const { clock, pod, whats } = run({ startMs: 0, drainMs: 9999 }, { graceMs: 10_000 })
    await clock.advance(1000)
    pod.delete()
    pod.delete()
    await clock.advance(30_000)
    expect(whats()).toEqual(['created', 'ready', 'deleted', 'signalled', 'unready', 'gone'])
  })
})

test('a container that ends by itself is restarted: at once, then after 10 seconds, then after 20', async () => {
  const { clock, pod, log } = run({ startMs: 0, drainMs: 0, crashesAfterMs: [100, 100, 100] }, { probes: {} })
  await clock.advance(60_000)
  expect(log.filter(([, what]) => what === 'restarted').map(([at]) => at)).toEqual([100, 10_200, 30_300])
  expect(pod.restartCount).toBe(3)
  expect(pod.isReady).toBe(true)
})

test('a pod that is deleted while it waits for its restart is gone at once', async () => {
  const { clock, pod, whats } = run({ startMs: 0, drainMs: 0, crashesAfterMs: [100, 100] }, { probes: {} })
  await clock.advance(5000)
  pod.delete()
  await clock.advance(0)
  expect(pod.isGone).toBe(true)
  expect(whats().slice(-2)).toEqual(['deleted', 'gone'])
})

test('a container whose probe for life fails as often as it may is signalled and restarted', async () => {
  const { clock, whats } = run({ startMs: 0, drainMs: 500, sickAfterMs: 4000 })
  await clock.advance(8000)
  expect(whats()).toEqual(['created', 'ready', 'signalled', 'unready', 'restarted', 'ready'])
})

test('nothing is left waiting on the clock when a pod is gone', async () => {
  const { clock, pod } = run({ startMs: 0, drainMs: 100 })
  await clock.advance(3000)
  pod.delete()
  await clock.advance(200)
  expect(pod.isGone).toBe(true)
  expect(clock.pending).toBe(0)
})
