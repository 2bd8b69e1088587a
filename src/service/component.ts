import type { Duration } from '../core/duration.ts'
import type { Logging } from '../logging/logging.ts'
import type { StartUpOptions, StartUpPolicy } from '../recovery/start-up/start-up-options.ts'
import type { RunExtras, SupervisionOptions } from '../recovery/supervisor/supervision-options.ts'
import type { SheddingOptions } from '../server/shedding/shedding-options.ts'
import type { AdoptServer, Listenable } from './listenable.ts'
import type { ListenerTlsOptions } from './tls/tls-options.ts'

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
  /** What the component is called in its service. */
  readonly name: string
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
export const RESERVED_NEEDS = ['config', 'log', 'name', 'signal'] as const

/** What the definition of every component may say. */
export interface ComponentLimits<N extends Needs> {
  /** Components that must be up before this one starts, and that stop only after it has stopped. */
  readonly needs?: N
  /**
   * The longest time a start may take, with all its attempts. Of what is `degraded` (see {@link StartUpOptions}): how long
   * the service waits for it before it becomes ready without it, at most half of what is left for the whole start.
   *
   * @default "30s"; "5s" for what is `degraded`
   */
  readonly startTimeout?: Duration
  /** The longest time a stop may take; the time left in the phase is a limit besides. @default the time left */
  readonly stopTimeout?: Duration
}

/** A dependency that the service owns: a pool, a client, a cache. */
export interface ResourceDefinition<
  Config,
  T,
  N extends Needs = Record<never, never>,
  P extends StartUpPolicy = 'required',
> extends ComponentLimits<N> {
  /**
   * Opens the resource and returns its value, which others get by their needs. It is called again after a failure that can
   * pass, as `startup` says: what it has opened until then it closes before it throws.
   */
  readonly start: (context: Values<N> & ComponentContext<Config>) => T | Promise<T>
  /** Tells whether the resource works, for readiness: throw, or return `{ status: 'degraded', message }`. */
  readonly check?: (value: T, context: { readonly signal: AbortSignal }) => unknown
  /**
   * Whether a failing check makes the service not ready (true) or only degraded (false).
   *
   * @default true; false for what is `degraded`, without which the service is ready, too
   */
  readonly critical?: boolean
  /** Closes the resource: within `limitMs` milliseconds, after which the `signal` is aborted and nobody waits any more. */
  readonly stop?: (value: T, context: { readonly signal: AbortSignal; readonly limitMs?: number }) => unknown
  /** What happens when it is not there yet. @default it is waited for, within `startTimeout` */
  readonly startup?: StartUpOptions<P>
}

/** What answers requests: built by you, bound and drained by the runtime. */
export interface ListenerDefinition<Config, N extends Needs = Record<never, never>> extends ComponentLimits<N> {
  /** Where to listen: 0 takes any free port. @default 0 */
  readonly port?: number | ((config: Config) => number)
  /** @default all interfaces, as a pod needs it */
  readonly host?: string | ((config: Config) => string)
  /**
   * Speaks TLS with the certificate of these files, and with a new one as soon as the files have changed: new handshakes get
   * it, open connections go on. `start` returns a request handler, or a server that speaks TLS. Not with `adopt`.
   *
   * @default no TLS, or that of the server which `start` returns
   */
  readonly tls?: ListenerTlsOptions | ((config: Config) => ListenerTlsOptions)
  /** Whether the probes are answered on this port, too, besides the admin port. @default false */
  readonly probes?: boolean
  /**
   * Refuses requests while there is too much to do. What is given here goes before what `createService()` was given; `false`
   * refuses nothing. Only of a listener that speaks HTTP or gRPC.
   *
   * @default what `createService()` was given
   */
  readonly shedding?: SheddingOptions | boolean
  /**
   * Whether what a handler throws, or rejects with, is answered as `application/problem+json` and logged, instead of
   * ending the process. For the handler, or the handlers of the server, that `start` returns; adapters of frameworks see
   * to their own.
   *
   * @default true; false with `adopt`, because an application that exists keeps its ways
   * @see https://www.rfc-editor.org/rfc/rfc9457
   */
  readonly answerErrors?: boolean
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

/** What a run of a task gets besides its needs. */
export interface TaskContext<Config> extends ComponentContext<Config>, RunExtras {
  /** Aborted when a shutdown is announced, and when the run is to be replaced: take no new work then, and end. */
  readonly signal: AbortSignal
}

/** Work beside the requests: a relay, a clock, something that is done once. Supervised, as {@link SupervisionOptions} say. */
export interface TaskDefinition<Config, N extends Needs = Record<never, never>>
  extends ComponentLimits<N>, SupervisionOptions {
  /**
   * Works until `signal` is aborted, or until there is nothing left to do. When it throws or rejects it is run again,
   * until it has been restarted too often: then the service ends.
   */
  readonly run: (context: Values<N> & TaskContext<Config>) => Promise<unknown>
}
