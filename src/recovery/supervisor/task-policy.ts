import type { BackoffPolicy } from '../full-jitter.ts'
import type { RestartKind } from './supervision-options.ts'

/** How often the tasks of a group are restarted, and which of them. */
export interface GroupPolicy {
  /** `undefined` for the group that a task has for itself. */
  readonly name: string | undefined
  readonly strategy: 'one-for-one' | 'rest-for-one'
  readonly maxRestarts: number
  readonly withinMs: number
}

/** The supervision of a task, checked and with every default. */
export interface TaskPolicy {
  readonly kind: RestartKind
  readonly group: GroupPolicy
  readonly backoff: BackoffPolicy
  readonly stableMs: number
  readonly everyMs: number | undefined
  readonly stallMs: number | undefined
  readonly abortLimitMs: number
  readonly mayOverlap: boolean
}
