import type { HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'
import { defineCheck, degraded, HEALTHY, type ReadyCheckOptions, unhealthy } from './check-options.ts'
import { formatBytes } from './format-bytes.ts'
import { memoryLimit } from './memory-limit.ts'

/** From when on memory is short. */
export interface MemoryCheckOptions extends ReadyCheckOptions {
  /** Share of the limit above which it is degraded: 0 to 100. @default 85, as in the alert rules */
  readonly degradedAbovePercent?: number
  /**
   * The same for unhealthy. Memory that leaks comes back by a restart, not by leaving the load balancer.
   *
   * @default 100, never: what reaches its limit is killed
   */
  readonly unhealthyAbovePercent?: number
  /**
   * What the share is of.
   *
   * @default the least limit of the control group (a container's) and of those that it lies in; without one nothing is
   * judged
   */
  readonly limitBytes?: number
}

/**
 * A check that the process is not about to be killed for its memory: what is resident against the limit of its control
 * group, version 2 or 1, and of those that it lies in. The heap is no measure of that: buffers, threads and code are not in it.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 * @see https://nodejs.org/api/process.html#processconstrainedmemory
 */
export function memoryCheck(options: MemoryCheckOptions = {}): HealthCheckDefinition {
  return defineCheck('memoryCheck()', options, (read) => {
    const degradedAbove = read.number('degradedAbovePercent', { fallback: 85, min: 0, max: 100 })
    const unhealthyAbove = read.number('unhealthyAbovePercent', { fallback: 100, min: 0, max: 100 })
    const limitBytes = read.integer('limitBytes', { fallback: 0, min: 0 })
    const run = async (): Promise<HealthCheckResult> => {
      const limit = limitBytes === 0 ? memoryLimit() : limitBytes
      if (limit === undefined) return { status: 'healthy', message: 'there is no memory limit' }
      const resident = process.memoryUsage.rss()
      const percent = (resident / limit) * 100
      const message = `${formatBytes(resident)} resident, ${Math.round(percent)} % of the limit of ${formatBytes(limit)}`
      if (unhealthyAbove < 100 && percent > unhealthyAbove) return unhealthy(message)
      return percent > degradedAbove ? degraded(message) : HEALTHY
    }
    return { name: 'memory', run }
  })
}
