import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../load/random.ts'
import type { Facts } from '../facts.ts'
import type { History } from '../history/history.ts'
import type { Lateness } from './lateness.ts'

/** Where a new connection goes. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly pod?: string
}

/** What clients of a lifetime work with. */
export interface LoadsOptions {
  /** Where they write down what became of their requests. */
  readonly history: History
  readonly clock: Clock
  /** Must go on between lifetimes: begun anew, it would give the same trace ids again. */
  readonly random: Random
  readonly facts: Facts
  /** Where the service listens in this lifetime. */
  readonly host: string
  readonly port: number
  /** Aborted when the whole trial is given up: everything ends at once. */
  readonly signal: AbortSignal
  /** Where it is noted how late requests are sent. */
  readonly lateness?: Lateness
  /**
   * Asked at each new connection where it goes, as a load balancer in the client's kernel does; `undefined` when there
   * is nobody.
   *
   * @default always `host` and `port`
   */
  readonly target?: () => Target | undefined
}
