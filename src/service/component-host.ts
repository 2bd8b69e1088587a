import type { Clock } from '../core/clock.ts'
import type { LifecycleState } from '../core/lifecycle-state.ts'
import type { Log } from '../core/log.ts'
import type { Logging } from '../logging/logging.ts'
import type { ProbeSource } from '../health/probe-source.ts'
import type { HealthChecker } from '../health/health-checker.ts'
import type { LiveConfig } from './live-config.ts'
import type { ComponentContext, Needs, Values } from './component.ts'
import type { ServiceShedding } from './service-shedding.ts'

/** What a running service gives to its components. */
export interface ComponentHost<Config> {
  readonly clock: Clock
  readonly health: HealthChecker
  readonly probes: ProbeSource
  config(): Config
  /** The configuration as it is now. */
  readonly live: LiveConfig
  readonly shedding: ServiceShedding
  logFor(component: string): Logging['log']
  /** For what may speak before the service has a log: such lines are dropped. */
  lateLogFor(component: string): Log
  state(): LifecycleState
  /** How long listeners go on accepting in the shutdown that has begun. */
  drainDelayMs(): number
  valueOf(component: string): unknown
  /** A component failed while the service ran: the service takes the full shutdown path. */
  fatal(component: string, error: unknown): void
}

/** What a component's functions get: the values of its needs, and the context. */
export function toContext<Config, N extends Needs>(
  host: ComponentHost<Config>,
  name: string,
  needs: N | undefined,
  signal: AbortSignal,
): Values<N> & ComponentContext<Config> {
  const values = Object.fromEntries(
    Object.entries(needs ?? {}).map(([key, handle]) => [key, host.valueOf(handle.name)]),
  )
  const context: ComponentContext<Config> = {
    config: host.live.observedBy(name) as Config,
    name,
    log: host.logFor(name),
    signal,
  }
  return { ...(values as Values<N>), ...context }
}
