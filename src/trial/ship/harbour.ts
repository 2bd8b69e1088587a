import type { History } from '../history/history.ts'
import type { LifetimeSettings } from '../history/lifetime.ts'
import type { Loads } from './loads.ts'
import type { Target } from './loads-options.ts'
import type { Vessel } from './vessel.ts'

/** How a lifetime of several replicas begins. */
export interface HarbourOptions {
  readonly label: string
  readonly settings?: LifetimeSettings
  /** Asked at each new connection of a client where it goes; `undefined` when there is nobody. */
  readonly target: () => Target | undefined
}

/** Where a replica is started. */
export interface BerthOptions {
  /** Its name: in each of its events. */
  readonly pod: string
  readonly host: string
  readonly port: number
  /** Besides what every lifetime gets. */
  readonly env?: Readonly<Record<string, string>>
}

/** What surrounds several replicas of the service in one lifetime: collector, dependencies, clients; no process as yet. */
export interface Harbour extends AsyncDisposable {
  readonly history: History
  readonly load: Loads
  /** Aborted as soon as the harbour is being closed: nothing may be started any more. */
  readonly closing: AbortSignal
  /** Starts a replica. Its end belongs to the caller; what is still there when the harbour is closed is killed. `undefined` once it is being closed. */
  launch(options: BerthOptions): Promise<Vessel | undefined>
  mark(name: string, data?: LifetimeSettings): void
  /** Waits; ends early when the trial is given up. */
  pause(ms: number): Promise<void>
  /** Ends clients, replicas and everything around them, and closes the history. Safe to call again. */
  end(): Promise<void>
}
