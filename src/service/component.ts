import type { Duration } from '../core/duration.ts'
import type { Logging } from '../logging/logging.ts'
import type { AdoptServer, Listenable } from './listenable.ts'

declare const VALUE: unique symbol

/** What a component is. */
export type ComponentKind = 'resource' | 'listener' | 'task' | 'consumer'

/** What `resource()`, `listener()`, `task()` and `consumer()` return: pass it as a need of another component. */
export interface Handle<T> {
  readonly name: string
  readonly kind: ComponentKind
  /** Never there at run time: it carries the type of the value. */
  readonly [VALUE]?: T
}

/** Components that another one needs, by the name under which it gets them. */
export type Needs = Readonly<Record<string, Handle<unknown>>>

/** The values of needs: `{ db: Handle<Pool> }` becomes `{ db: Pool }`. */
export type Values<N extends Needs> = { readonly [K in keyof N]: N[K] extends Handle<infer T> ? T : never }

/** What every component gets besides its needs. These names can't be names of needs. */
export interface ComponentContext<Config> {
  readonly config: Config
  /** A logger that says which component speaks. */
  readonly log: Logging['log']
  /**
   * For `start`: aborted when the start is given up. For `run` of a task: aborted when a shutdown is announced; take no
   * new work then, and end. Requests and jobs, which have more time, have a `signal` of their own for the moment when it
   * runs out: {@link signalOf}, {@link Work.run}, {@link Service.background}.
   */
  readonly signal: AbortSignal
}

/** Names that the context uses itself. */
export const RESERVED_NEEDS = ['config', 'log', 'signal'] as const

/** What the definition of every component may say. */
export interface ComponentLimits<N extends Needs> {
  /** Components that must be up before this one starts, and that stop only after it has stopped. */
  readonly needs?: N
  /** The longest time a start may take. @default "30s" */
  readonly startTimeout?: Duration
  /** The longest time a stop may take; the time left in the phase is a limit besides. @default the time left */
  readonly stopTimeout?: Duration
}

/** A dependency that the service owns: a pool, a client, a cache. */
export interface ResourceDefinition<Config, T, N extends Needs = Record<never, never>> extends ComponentLimits<N> {
  /** Opens the resource and returns its value, which others get by their needs. */
  readonly start: (context: Values<N> & ComponentContext<Config>) => T | Promise<T>
  /** Tells whether the resource works, for readiness: throw, or return `{ status: 'degraded', message }`. */
  readonly check?: (value: T, context: { readonly signal: AbortSignal }) => unknown
  /** Whether a failing check makes the service not ready (true) or only degraded (false). @default true */
  readonly critical?: boolean
  /** Closes the resource. */
  readonly stop?: (value: T, context: { readonly signal: AbortSignal }) => unknown
}

/** What answers requests: built by you, bound and drained by the runtime. */
export interface ListenerDefinition<Config, N extends Needs = Record<never, never>> extends ComponentLimits<N> {
  /** Where to listen: 0 takes any free port. @default 0 */
  readonly port?: number | ((config: Config) => number)
  /** @default all interfaces, as a pod needs it */
  readonly host?: string | ((config: Config) => string)
  /** Whether the probes are answered on this port, too, besides the admin port. @default false */
  readonly probes?: boolean
  /**
   * For an application that listens by itself: called once, when the listener is declared, with a function that takes
   * each of its servers, now or as soon as there is one. The start then waits until they listen, and `port` and `host`
   * can't be given.
   *
   * @default none: the runtime binds what `start` returns
   */
  readonly adopt?: (adopt: AdoptServer) => void
  /** Builds what answers requests. Listening is the runtime's job, unless there is `adopt`. */
  readonly start: (context: Values<N> & ComponentContext<Config>) => Listenable | Promise<Listenable>
}

/** The value of a listener. */
export interface Bound {
  /** An address, or the path of a Unix socket. */
  readonly host: string
  /** 0 for a Unix socket. */
  readonly port: number
  /** `http://127.0.0.1:8080`: a URL that works on this machine. */
  readonly url: string
}

/** Work beside the requests: a consumer, a relay, a clock. */
export interface TaskDefinition<Config, N extends Needs = Record<never, never>> extends ComponentLimits<N> {
  /** Works until `signal` is aborted, or until there is nothing left to do. A rejection stops the service. */
  readonly run: (context: Values<N> & ComponentContext<Config>) => Promise<unknown>
}
