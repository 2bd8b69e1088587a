import { expect, test } from 'vitest'
import { ManualClock } from '../../src/core/manual-clock.ts'
import { readTelemetryEnv } from '../../src/telemetry/env/telemetry-env.ts'
import { TroubleReporter } from '../../src/telemetry/trouble-reporter.ts'
import { KeptLog } from './telemetry-fixture.ts'

function create(endpoint?: string): { clock: ManualClock; log: KeptLog; reporter: TroubleReporter } {
  const clock = new ManualClock()
  const log = new KeptLog()
  const { signals } = readTelemetryEnv(endpoint === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
  return { clock, log, reporter: new TroubleReporter({ log, clock, signals, isReached: () => false }) }
}

test('what waits is told with how much of it is on disk', () => {
  const { log, reporter } = create('http://collector:4318')
  reporter.report('traces', { kind: 'retrying', reason: 'ECONNREFUSED', pending: 7, spooled: 5 })
  reporter.report('logs', { kind: 'retrying', reason: 'ECONNREFUSED', pending: 7, spooled: 0 })
  expect(log.lines).toEqual([
    'warn cannot deliver traces, 7 spans wait (5 of them on disk): ECONNREFUSED',
    'warn cannot deliver logs, 7 log records wait: ECONNREFUSED',
  ])
})

test('an outage is a line a minute', async () => {
  const { clock, log, reporter } = create('http://collector:4318')
  for (let second = 0; second < 121; second++) {
    reporter.report('traces', { kind: 'retrying', reason: 'ECONNREFUSED', pending: second })
    await clock.advance(1000)
  }
  expect(log.lines).toHaveLength(3)
})

test('losses of one reason are one figure, and each reason is said in words', async () => {
  const { clock, log, reporter } = create('http://collector:4318')
  for (let index = 0; index < 3; index++) {
    reporter.report('traces', { kind: 'dropped', reason: 'spool_full', count: 100 })
    reporter.report('traces', { kind: 'dropped', reason: 'spool_damaged', count: 1 })
  }
  await clock.advance(1000)
  expect(log.lines).toEqual([
    'warn 300 spans lost: the spool is full, because the collector has taken too few for too long',
    'warn 3 spans lost: the spool could not be read back',
  ])
})

test('where nobody asked for a collector, a full spool is no news, and damage is', async () => {
  const { clock, log, reporter } = create()
  reporter.report('traces', { kind: 'dropped', reason: 'spool_full', count: 100 })
  reporter.report('traces', { kind: 'dropped', reason: 'spool_age', count: 100 })
  reporter.report('traces', { kind: 'dropped', reason: 'spool_damaged', count: 1 })
  await clock.advance(1000)
  expect(log.lines).toEqual(['warn 1 spans lost: the spool could not be read back'])
})

test('what a collector remarks is a line a minute, and so is an answer that may be of none', async () => {
  const { clock, log, reporter } = create('http://collector:4318')
  for (let second = 0; second < 61; second++) {
    reporter.report('traces', { kind: 'remark', text: 'stop sending foo', isDoubtful: false })
    reporter.report('traces', { kind: 'remark', text: 'is it a collector?', isDoubtful: true })
    await clock.advance(1000)
  }
  const both = [
    'warn the collector takes traces and says: stop sending foo',
    'warn nobody knows whether traces arrive: is it a collector?',
  ]
  expect(log.lines).toEqual([...both, ...both])
})
