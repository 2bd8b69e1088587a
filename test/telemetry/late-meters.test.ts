import { expect, test } from 'vitest'
import { lateMeterProvider } from '../../src/telemetry/metrics/late-meter-provider.ts'
import { startTelemetry } from './telemetry-fixture.ts'

test('a counter that was asked for before the start is delivered from the start on, and no longer after the end', async () => {
  const counter = lateMeterProvider().getMeter('library').createCounter('library.calls')
  counter.add(100)
  {
    await using started = await startTelemetry()
    counter.add(3)
    await started.telemetry.flush(5000)
    const [series] = started.receiver.store.metrics({ name: 'library.calls' })
    expect(series?.latest).toMatchObject({ value: 3 })
    started.telemetry.uninstall()
  }
  expect(() => counter.add(1)).not.toThrow()
})
