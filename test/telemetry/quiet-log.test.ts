import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { QuietLog } from '../../src/telemetry/quiet-log.ts'
import { KeptLog } from './telemetry-fixture.ts'

test('a kind is said once a minute, and the next line tells how many were held back', async () => {
  const clock = new ManualClock()
  const log = new KeptLog()
  const quiet = new QuietLog(log, clock)

  for (let second = 0; second < 60; second++) {
    quiet.warn('outage', { second }, 'down')
    await clock.advance(1000)
  }
  expect(log.lines).toEqual(['warn down'])
  quiet.warn('outage', {}, 'still down')
  expect(log.lines).toEqual(['warn down', 'warn still down'])
  expect(log.fields[1]).toEqual({ heldBackLines: 59 })
})

test('one kind does not hold another back', () => {
  const log = new KeptLog()
  const quiet = new QuietLog(log, new ManualClock())
  quiet.warn('traces', {}, 'one')
  quiet.warn('logs', {}, 'two')
  expect(log.lines).toEqual(['warn one', 'warn two'])
})

test('a log that throws is contained', () => {
  const broken = new KeptLog()
  broken.warn = () => {
    throw new Error('disk full')
  }
  expect(() => new QuietLog(broken, new ManualClock()).warn('x', {}, 'y')).not.toThrow()
})
