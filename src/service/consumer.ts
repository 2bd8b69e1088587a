import type { WorkContext } from '../lifecycle/work-ledger.ts'
import type { StartUpOptions, StartUpPolicy } from '../recovery/start-up/start-up-options.ts'
import type { ComponentContext, ComponentLimits, Needs, Values } from './component.ts'

/** The account of a consumer's jobs. */
export interface Work {
  /** Jobs that are not over. */
  readonly inFlight: number
  /**
   * Runs a job and keeps account of it until its promise settles. Its result and its error are the caller's: acknowledge
   * after it has resolved.
   *
   * @param name what reports call it, such as the name of a queue; no payload in it
   * @param job its `signal` is aborted at the soft deadline of a shutdown: give back what is not done, and end
   * @throws {@link SeaworthyError} `SEA_WORK_REFUSED` from the soft deadline of a shutdown on; `job` is then not called
   */
  run<T>(name: string, job: (context: WorkContext) => T | Promise<T>): Promise<T>
}

/** What a consumer's functions are told while it ends. */
export interface EndContext {
  /** Aborted when there is no time left. */
  readonly signal: AbortSignal
}

/** What takes work from elsewhere: a queue, a topic, a schedule. */
export interface ConsumerDefinition<
  Config,
  T,
  N extends Needs = Record<never, never>,
  P extends StartUpPolicy = 'required',
> extends ComponentLimits<N> {
  /**
   * Begins to take work and returns what takes it; each job runs by `work.run`, so that a shutdown waits for it. It is
   * called again after a failure that can pass, as `startup` says: what it has opened until then it closes before it throws.
   */
  readonly start: (context: Values<N> & ComponentContext<Config> & { readonly work: Work }) => T | Promise<T>
  /**
   * Takes nothing new from now on. Called at once when a shutdown is announced, long before resources stop. May wait for
   * the jobs that run; the shutdown waits for both.
   */
  readonly pause: (value: T) => unknown
  /**
   * Gives back what was taken and is not done, so that another replica can have it. Called at the soft deadline
   * (80 % of the in-flight slice), if jobs are in flight then, as their `signal` is aborted.
   */
  readonly giveBack?: (value: T, context: EndContext) => unknown
  /** Tells whether it can take work, for readiness: throw, or return `{ status: 'degraded', message }`. */
  readonly check?: (value: T, context: EndContext) => unknown
  /**
   * Whether a failing check makes the service not ready (true) or only degraded (false).
   *
   * @default true; false for what is `degraded`, without which the service is ready, too
   */
  readonly critical?: boolean
  /**
   * Closes it, when nothing is in flight any more or the time is over: within `limitMs` milliseconds, after which the
   * `signal` is aborted and nobody waits any more.
   */
  readonly stop?: (value: T, context: EndContext & { readonly limitMs?: number }) => unknown
  /** What happens when what it takes work from is not there yet. @default it is waited for, within `startTimeout` */
  readonly startup?: StartUpOptions<P>
}
