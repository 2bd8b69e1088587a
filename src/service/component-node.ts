import type { Hook } from '../lifecycle/hook.ts'
import type { Startable } from '../lifecycle/start-in-order.ts'
import type { Stoppable } from '../lifecycle/stop-in-order.ts'

/** A component as the lifecycle sees it, whatever kind it is. */
export interface ComponentNode extends Startable, Stoppable {
  readonly kind: 'resource' | 'listener' | 'task'
  /** What others get for it once it has started. */
  readonly value: () => unknown
  /** First phase of a shutdown: take nothing new. */
  readonly announce?: () => void
  /** Third phase: wait for what is in flight. */
  readonly finish?: Hook['run']
  /** What did not end by itself, for the report. */
  readonly aborted?: () => readonly string[]
}

/** The longest time a component may take to start, unless it says otherwise: half a minute, as init scripts are given. */
export const DEFAULT_START_LIMIT_MS = 30_000
