import type { Meter } from '@opentelemetry/api'
import { performance } from 'node:perf_hooks'
import { LoopDelays, SAMPLE_INTERVAL_MS } from './loop-delays.ts'
import { ReaderBases } from './reader-bases.ts'
import type { RuntimePart } from './runtime-part.ts'

const SECONDS_PER_NANOSECOND = 1e-9
const SECONDS_PER_MILLISECOND = 1e-3

/**
 * Delay and utilization of the event loop, each since the same reader collected before.
 *
 * Node measures the time between two samples, which is never less than the interval of sampling; that interval is taken
 * off here, so that an idle loop shows a delay of about zero.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 */
export function observeEventLoop(meter: Meter): RuntimePart {
  const gauge = (statistic: string, description: string) =>
    meter.createObservableGauge(`nodejs.eventloop.delay.${statistic}`, { unit: 's', description })
  const delays = {
    min: gauge('min', 'Event loop minimum delay.'),
    max: gauge('max', 'Event loop maximum delay.'),
    mean: gauge('mean', 'Event loop mean delay.'),
    p50: gauge('p50', 'Event loop 50 percentile delay.'),
    p90: gauge('p90', 'Event loop 90 percentile delay.'),
    p99: gauge('p99', 'Event loop 99 percentile delay.'),
  }
  const stddev = gauge('stddev', 'Event loop standard deviation delay.')
  const utilization = meter.createObservableGauge('nodejs.eventloop.utilization', {
    unit: '1',
    description: 'Event loop utilization.',
  })
  const time = meter.createObservableCounter('nodejs.eventloop.time', {
    unit: 's',
    description: 'Cumulative duration of time the event loop has been in each state.',
  })

  const loopDelays = new LoopDelays()
  const before = new ReaderBases(performance.eventLoopUtilization())
  const toDelayS = (nanoseconds: number): number =>
    Math.max(0, nanoseconds * SECONDS_PER_NANOSECOND - SAMPLE_INTERVAL_MS * SECONDS_PER_MILLISECOND)

  return {
    instruments: [...Object.values(delays), stddev, utilization, time],
    observe(result, reader) {
      loopDelays.take(reader, (histogram) => {
        result.observe(delays.min, toDelayS(histogram.min))
        result.observe(delays.max, toDelayS(histogram.max))
        result.observe(delays.mean, toDelayS(histogram.mean))
        result.observe(delays.p50, toDelayS(histogram.percentile(50)))
        result.observe(delays.p90, toDelayS(histogram.percentile(90)))
        result.observe(delays.p99, toDelayS(histogram.percentile(99)))
        result.observe(stddev, histogram.stddev * SECONDS_PER_NANOSECOND)
      })
      const now = performance.eventLoopUtilization()
      result.observe(utilization, performance.eventLoopUtilization(now, before.of(reader)).utilization)
      before.set(reader, now)
      result.observe(time, now.active * SECONDS_PER_MILLISECOND, { 'nodejs.eventloop.state': 'active' })
      result.observe(time, now.idle * SECONDS_PER_MILLISECOND, { 'nodejs.eventloop.state': 'idle' })
    },
    end: () => loopDelays.end(),
  }
}
