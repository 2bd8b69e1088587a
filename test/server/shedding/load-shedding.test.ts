import { createServer } from 'node:http'
import { systemClock } from '../../../src/core/clock.ts'
import { ManualClock } from '../../../src/core/manual-clock.ts'
import { HealthChecker } from '../../../src/health/health-checker.ts'
import { trackHttpServer } from '../../../src/server/http-drain.ts'
import { expect, onTestFinished, test } from 'vitest'
import { settingsOf, type SheddingUnderTest, sheddingForTest } from './shedding-for-test.ts'

/** Puts it before a server of a listener, as the start of that listener does. @returns takes it off */
function startListener({ shedding }: SheddingUnderTest, name: string, options: Parameters<typeof settingsOf>[0]) {
  const drain = trackHttpServer(createServer(), { clock: systemClock, name, quietMs: 0 })
  drain.guard(shedding.guard(name, settingsOf(options)))
  onTestFinished(() => drain.release())
  return () => drain.release()
}

test('readiness depends on it as soon as one listener says so, whichever starts first', async () => {
  const clock = new ManualClock()
  const health = new HealthChecker({ clock })
  const under = sheddingForTest({ maxMemoryPercent: 50, after: 0 }, { health })
  startListener(under, 'web', { maxMemoryPercent: 50, after: 0 })
  expect(health.report().checks['shedding']).toMatchObject({ critical: false })
  const stop = startListener(under, 'tenant', { maxMemoryPercent: 80, after: 0, affectsReadiness: true })
  expect(health.report().checks['shedding']).toMatchObject({ critical: true })
  const look = async () => {
    await clock.advance(60_000)
    return (await health.checkHealth('ready')).status
  }
  under.memory.mebibytes = 700
  await under.clock.advance(1000)
  expect(await look()).toBe('degraded')
  under.memory.mebibytes = 900
  await under.clock.advance(1000)
  expect(await look()).toBe('unhealthy')
  stop()
  expect(await look()).toBe('degraded')
  expect(health.report().checks['shedding']).toMatchObject({ critical: false })
})

test('a listener that has ended sheds nothing any more, and begins nothing, while others go on', async () => {
  const under = sheddingForTest({})
  const limits = { maxMemoryPercent: 50, after: 0 }
  startListener(under, 'web', limits)
  const stop = startListener(under, 'admin', limits)
  under.memory.mebibytes = 900
  await under.clock.advance(1000)
  stop()
  await under.clock.advance(1000)
  expect(under.lines.map(({ fields }) => [fields['event'], fields['listener']])).toEqual([
    ['shedding.began', 'web'],
    ['shedding.began', 'admin'],
    ['shedding.ended', 'admin'],
  ])
})

test('who changes limits all the time does not keep it from measuring', async () => {
  const under = sheddingForTest({})
  startListener(under, 'web', { maxMemoryPercent: 90, after: 0 })
  under.memory.mebibytes = 900
  for (let round = 0; round < 20; round++) {
    under.shedding.guard('web', settingsOf({ maxMemoryPercent: 50 + (round % 2), after: 0 }))
    await under.clock.advance(20)
  }
  expect(under.lines).toMatchObject([{ fields: { event: 'shedding.began', reason: 'memory' } }])
})
