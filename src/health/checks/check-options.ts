import { OptionReader } from '../../core/option-reader.ts'
import { failureMessage } from '../failure-message.ts'
import type { HealthCheckContext, HealthCheckDefinition, HealthCheckResult } from '../health-check.ts'

/** What every ready-made check takes besides its own options: how it is registered. */
export interface ReadyCheckOptions extends Partial<Omit<HealthCheckDefinition, 'check'>> {
  /** Under which name it is reported. @default what it checks, such as `payments:8080`, `disk /var/data` or `redis` */
  readonly name?: string
}

/** Those that `register()` reads itself, and checks there. */
const PASSED_ON = ['critical', 'timeout', 'groups', 'interval', 'maxAge', 'fall', 'rise'] as const

/** A ready-made check that can be registered, or spread into what is. */
export type ReadyCheck = HealthCheckDefinition & {
  readonly check: (context: HealthCheckContext) => Promise<HealthCheckResult>
}

/**
 * Makes a definition out of what a check reads of its options.
 *
 * @param where how a message calls the options, such as `httpCheck()`
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem, before anything is asked
 */
export function defineCheck(
  where: string,
  options: ReadyCheckOptions,
  read: (reader: OptionReader) => {
    readonly name: string
    readonly run: (context: HealthCheckContext) => Promise<HealthCheckResult>
  },
): ReadyCheck {
  const reader = new OptionReader(options, where)
  const { name, run } = read(reader)
  const registered: Record<string, unknown> = { name: reader.text('name', { fallback: name }) }
  for (const option of PASSED_ON) {
    const value = reader.value(option)
    if (value !== undefined) registered[option] = value
  }
  reader.done()
  return { ...(registered as { name: string }), check: run }
}

export const HEALTHY: HealthCheckResult = Object.freeze({ status: 'healthy' })

export function degraded(message: string): HealthCheckResult {
  return { status: 'degraded', message }
}

export function unhealthy(message: string): HealthCheckResult {
  return { status: 'unhealthy', message }
}

/**
 * What failed, where, and why; credentials hidden.
 *
 * @param signal of the run: that its time is over is told by whoever has measured it, so only what was waited for is said
 */
export function failed(where: string, error: unknown, signal?: AbortSignal): HealthCheckResult {
  if (signal?.aborted === true && error === signal.reason) return unhealthy(`${where} did not come`)
  return unhealthy(`${where}: ${failureMessage(error)}`)
}
