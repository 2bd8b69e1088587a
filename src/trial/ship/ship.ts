import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../load/random.ts'
import type { Fault } from '../../receiver/fault.ts'
import type { Facts } from '../facts.ts'
import type { ExitedEvent } from '../history/process-events.ts'
import type { ProbeName } from '../history/event.ts'
import type { History } from '../history/history.ts'
import type { LifetimeSettings } from '../history/lifetime.ts'
import type { Pace } from '../pace.ts'
import type { Harbour, HarbourOptions } from './harbour.ts'
import type { Loads } from './loads.ts'

/** What a voyage works with. */
export interface Bridge {
  readonly facts: Facts
  readonly pace: Pace
  /** Under the pace `soak`: how long to go on. */
  readonly soakMs?: number
  readonly clock: Clock
  readonly random: Random
  /** Aborted when the whole trial is given up: every wait ends. */
  readonly signal: AbortSignal
  /** What is happening now, for the live line: `SIGTERM, 14 requests in flight`. */
  readonly say: (what: string) => void
  /** Starts the service once more, with everything around it. `await using` ends it. */
  readonly launch: (options: LaunchOptions) => Promise<Ship>
  /** Begins a lifetime for several replicas of the service, none of which is started as yet. `await using` ends it. */
  readonly openHarbour: (options: HarbourOptions) => Promise<Harbour>
}

/** How a lifetime begins. */
export interface LaunchOptions {
  /** What tells it from the others of its voyage. */
  readonly label: string
  readonly settings?: LifetimeSettings
  /** Besides what every lifetime gets; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What is waited for: `ready` (by its probe, else listening), `listening`, `spawned`. @default ready */
  readonly until?: 'ready' | 'listening' | 'spawned'
  /** How long at most. @default twice the time to start that was declared */
  readonly untilMs?: number
  /** How the collector is from the beginning. @default healthy */
  readonly collector?: Fault
  /** How dependencies are from the beginning, by name. @default working */
  readonly dependencies?: Readonly<Record<string, DependencyFault>>
  /** What variables of dependencies are made of instead of their own templates, by name of the dependency. */
  readonly dependencyTemplates?: Readonly<Record<string, string>>
  /** Whether it is process 1 of a namespace of its own. */
  readonly asPid1?: boolean
  /** Whether its standard output is read a little at a time, so that its pipe fills. */
  readonly readsSlowly?: boolean
  /** Instead of a port chosen for it. */
  readonly port?: number
  /** Its `TMPDIR` and `{tmp}`, instead of a fresh folder: removed by whoever made it. */
  readonly folder?: string
  /** Between two readings of the kernel's figures. @default 250 */
  readonly readingEveryMs?: number
}

/** How a dependency fails: what our proxy does with connections of the service. */
export type DependencyFault =
  /** New ones are refused, those that stand are cut. */
  | { readonly kind: 'refuse' }
  /** Taken, those that stand included, and never answered. */
  | { readonly kind: 'blackhole' }
  /** Everything comes later by so much. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Cut as soon as they are made, those that stand at once. */
  | { readonly kind: 'reset' }
  /** Those that stand are dead from now on and nobody says so; new ones work. */
  | { readonly kind: 'forget' }

/** A service that runs, with everything around it. What happens is written into its history without being asked for. */
export interface Ship extends AsyncDisposable {
  readonly history: History
  readonly host: string
  readonly port: number
  /** Of what was started: npm, a shell, the service itself. */
  readonly pid: number
  readonly isRunning: boolean
  /** Whether one of its processes is still there, whatever became of the one that was started. */
  readonly hasProcesses: boolean
  /** Resolves when the process that was started has ended. */
  readonly exited: Promise<ExitedEvent>
  /** Whether it took connections in time. */
  whenListening(timeoutMs: number): Promise<boolean>
  /** Whether its probe said yes in time; without a probe, whether it took connections. */
  whenReady(timeoutMs: number): Promise<boolean>
  /** Signals what was started and nothing else. @returns whether it was still there */
  signal(signal: NodeJS.Signals): boolean
  /** Whether it ended in time. */
  waitForExit(timeoutMs: number): Promise<boolean>
  /** Reads output as fast as it comes from now on, where it was read slowly. */
  hurryOutput(): void
  /** Freezes every process of the service (SIGSTOP), or lets them go on. */
  freeze(): void
  thaw(): void
  mark(name: string, data?: LifetimeSettings): void
  /** Waits; ends early when the trial is given up. */
  pause(ms: number): Promise<void>
  readonly load: Loads
  /** Asks probes from now on, each on a fresh connection; those that the service doesn't have are left out. @returns ends it */
  probe(options: { readonly everyMs: number; readonly probes?: readonly ProbeName[] }): () => Promise<void>
  /** From now on. `undefined` is healthy. Written down as an event. */
  setCollectorFault(fault: Fault | undefined): Promise<void>
  /** From now on. `undefined` works. Written down as an event. */
  setDependencyFault(name: string, fault: DependencyFault | undefined): Promise<void>
  /** A reading of the kernel's figures now, with sockets by state. */
  read(): Promise<void>
  /** Waits until nothing new has arrived from exporters for `quietMs`, for `timeoutMs` at most. */
  whenTelemetryIsQuiet(options: { readonly quietMs: number; readonly timeoutMs: number }): Promise<void>
  /**
   * Ends loads and probes, then the service (the stop signal, SIGKILL after the grace) if it still runs, looks for what it
   * left behind and ends that, and closes the history. Safe to call again.
   */
  end(): Promise<void>
}
