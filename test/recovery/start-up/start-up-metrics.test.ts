import { metrics } from '@opentelemetry/api'
import { expect, onTestFinished, test } from 'vitest'
import { startTelemetry } from '../../telemetry/telemetry-fixture.ts'
import { refused, waitFor, watch } from './wait-for.ts'

test.each([
  ['while it is waited for', 300, 1, 3],
  ['when it has come', 10_000, 0, 3],
])('what is waited for is a metric, and so is each attempt that failed: %s', async (_when, ms, waiting, failures) => {
  await using started = await startTelemetry()
  const { attempts, clock } = waitFor((attempt) => (attempt < 4 ? Promise.reject(refused()) : 'up'))
  void attempts.run({ signal: new AbortController().signal })
  await clock.advance(ms)
  await started.telemetry.flush(5_000)
  const read = (name: string): unknown =>
    started.receiver.store
      .metrics({ name })
      .map(({ attributes, latest }) => [attributes, Number(Reflect.get(latest, 'value'))])
  expect(read('seaworthy.startup.waiting')).toEqual([[{ dependency: 'db' }, waiting]])
  expect(read('seaworthy.startup.failures')).toEqual([[{ dependency: 'db', 'error.type': 'refused' }, failures]])
})

test('broken telemetry costs a start nothing', async () => {
  const broken = new Proxy(metrics.getMeterProvider(), {
    get: () => () => {
      throw new Error('a broken provider')
    },
  })
  metrics.disable()
  metrics.setGlobalMeterProvider(broken)
  onTestFinished(() => metrics.disable())
  const { attempts, clock } = waitFor((attempt) => (attempt < 4 ? Promise.reject(refused()) : 'up'))
  const coming = watch(attempts.run({ signal: new AbortController().signal }))
  await clock.advance(10_000)
  expect(coming.value).toBe('up')
})
