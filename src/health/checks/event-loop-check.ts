import type { EventLoopUtilization, monitorEventLoopDelay as MonitorEventLoopDelay } from 'node:perf_hooks'
import { type Duration, formatDuration } from '../../core/duration.ts'
import type { HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, degraded, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'

/** From when on the event loop is too busy. */
export interface EventLoopCheckOptions extends ReadyCheckOptions {
  /** Share of the time that the loop was busy, above which it is degraded: 0 to 1; 1 is never. @default 0.9 */
  readonly degradedAboveUtilization?: number
  /**
   * The same for unhealthy. A service that leaves the load balancer because it is busy makes the others busier.
   *
   * @default 1, never
   */
  readonly unhealthyAboveUtilization?: number
  /**
   * The 99th percentile of the delay of timers above which it is degraded: 1 ms to 10 min.
   *
   * @default "200ms", as in the alert rules
   */
  readonly degradedAboveDelay?: Duration
}

/** A window that is shorter says more about the check than about the service; then it goes on. */
const SHORTEST_WINDOW_MS = 500
const RESOLUTION_MS = 20

/**
 * A check that the event loop has time left: how busy it was since the check last ran, and how late timers came. The
 * figures are of that window alone; an average since the start would hide everything after a day. The first run only
 * begins to measure.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://nodejs.org/api/perf_hooks.html#performanceeventlooputilizationutilization1-utilization2
 */
export function eventLoopCheck(options: EventLoopCheckOptions = {}): HealthCheckDefinition {
  const window = new LoopWindow()
  return defineCheck('eventLoopCheck()', options, (read) => {
    const degradedAbove = read.number('degradedAboveUtilization', { fallback: 0.9, min: 0, max: 1 })
    const unhealthyAbove = read.number('unhealthyAboveUtilization', { fallback: 1, min: 0, max: 1 })
    const delayMs = read.duration('degradedAboveDelay', { fallback: 200, min: 1, max: 600_000 })
    const run = async (): Promise<HealthCheckResult> => {
      const measured = window.measure()
      if (measured === undefined) return HEALTHY
      const { utilization, p99Ms, windowMs } = measured
      const busy = `the event loop was busy ${Math.round(utilization * 100)} % of the last ${formatDuration(windowMs)}`
      if (utilization > unhealthyAbove) return unhealthy(busy)
      if (utilization > degradedAbove) return degraded(busy)
      if (p99Ms <= delayMs) return HEALTHY
      return degraded(
        `1 of 100 timers was ${formatDuration(p99Ms)} late or more in the last ${formatDuration(windowMs)}`,
      )
    }
    return { name: 'event loop', run }
  })
}

interface Measured {
  readonly utilization: number
  readonly p99Ms: number
  readonly windowMs: number
}

class LoopWindow {
  #delays: ReturnType<typeof MonitorEventLoopDelay> | undefined
  #since: EventLoopUtilization | undefined
  #last: Measured | undefined

  measure(): Measured | undefined {
    const { performance, monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
    if (this.#since === undefined || this.#delays === undefined) {
      this.#delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
      this.#delays.enable()
      this.#since = performance.eventLoopUtilization()
      return undefined
    }
    const { utilization, active, idle } = performance.eventLoopUtilization(this.#since)
    const windowMs = active + idle
    if (windowMs < SHORTEST_WINDOW_MS) return this.#last
    // What is measured is the distance of two turns of a timer; what is late of it is what is above its period.
    const p99Ms = Math.max(0, this.#delays.percentile(99) / 1e6 - RESOLUTION_MS)
    this.#last = { utilization, p99Ms, windowMs }
    this.#since = performance.eventLoopUtilization()
    this.#delays.reset()
    return this.#last
  }
}
