import type { Clock } from '../core/clock.ts'
import type { Duration } from '../core/duration.ts'
import type { Log } from '../core/log.ts'
import type { HealthGroupOptions } from './health-check.ts'

/** How a {@link HealthChecker} behaves. Every option has a default. */
export interface HealthCheckerOptions<Own extends string = never> {
  /** How long a check may run that does not say so itself: 1 ms to 10 min. @default "2s" */
  readonly defaultTimeout?: Duration
  /**
   * Groups besides `ready` and `startup`, by name, at most 50: what a part of the traffic needs. A check that names
   * another one is refused. Each has a probe at `/healthz/<name>`, unless it is declared without.
   *
   * @default none
   */
  readonly groups?: [Extract<Own, 'live'>] extends [never] ? readonly (Own | HealthGroupOptions<Own>)[] : never
  /** Gets a line for each change of a check's or a group's status. @default nobody */
  readonly log?: Log
  /** @default the system's clock */
  readonly clock?: Clock
  /** The time of day, for the time stamp of reports. @default the system's */
  readonly timeOfDay?: () => Date
}
