import type { Duration } from '../../core/duration.ts'
import type { BackoffPolicy } from '../full-jitter.ts'

/**
 * What a service does without something that is not there when it starts. `required`: it waits for it, and the start
 * fails when it does not come in time. `degraded`: it becomes ready without it, degraded, and goes on trying until it
 * comes.
 */
export type StartUpPolicy = 'required' | 'degraded'

/** The pauses between attempts: a random time, of 50 ms at least, up to a bound that doubles with each failure. */
export interface StartUpBackoff {
  /** The bound after the first failure: 1 ms to 1 min. @default "200ms" */
  readonly initial?: Duration
  /**
   * The bound that no number of failures exceeds: 1 ms to 1 h.
   *
   * @default "5s", so that what has come is used soon; a hundred replicas then dial 40 times a second between them
   */
  readonly max?: Duration
  /** A number of at least 0 and below 1. @default Math.random; tests pass their own */
  readonly random?: () => number
}

/** How a component comes up whose `start` depends on something that may not be there yet. */
export interface StartUpOptions<P extends StartUpPolicy = StartUpPolicy> {
  /**
   * Whether the service waits for it (`required`), or becomes ready without it (`degraded`). What needs a component that
   * is `degraded` gets an {@link Eventual} in place of its value.
   *
   * @default "required"
   */
  readonly policy?: P
  /**
   * Whether `start` is called again after a failure that can pass, such as a refused connection, a timeout or a name that
   * does not resolve yet. What can't pass by itself (a wrong password, a missing database, a mistake in the code) always
   * fails the start at once. `false` fails it at the first failure of any kind.
   *
   * @default true: pods of one deployment start in no order, and a crash is a slow and noisy way to wait
   */
  readonly retry?: boolean
  /** The pauses between attempts. @default up to 200 ms, doubled by each failure, up to 5 s */
  readonly backoff?: StartUpBackoff
  /**
   * How long one attempt may take before its `signal` is aborted: 1 ms to 24 h. The next one begins when it has ended.
   *
   * @default with `required` none but `startTimeout`; with `degraded` "30s", because nothing else would end one that hangs
   */
  readonly attemptTimeout?: Duration
}

/** The same, checked and with every default. */
export interface StartUpPlan {
  readonly policy: StartUpPolicy
  readonly retries: boolean
  readonly backoff: BackoffPolicy
  readonly attemptLimitMs: number | undefined
  /** How long the start of the service waits for what is `degraded` before it goes on without. */
  readonly patienceMs: number
}

/**
 * The value of a component that a service does not wait for: it may come later, or never. What has come stays, whatever
 * becomes of the connection behind it.
 */
export interface Eventual<T> {
  /** The value, or `undefined` as long as it has not come. */
  readonly value: T | undefined
  /**
   * Resolves with the value when it comes. Rejects with `SEA_RESOURCE_ABSENT`, as an `AbortError`, when the service ends
   * before: a task that ends with that has not failed, and nobody has to handle it.
   */
  readonly ready: Promise<T>
  /**
   * The value, for what can't be done without it.
   *
   * @throws {@link SeaworthyError} `SEA_RESOURCE_ABSENT` as long as it has not come, with `statusCode` 503, which Express,
   * Fastify and others answer with
   */
  require(): T
}

/** What others get for a component: its value, or, where the service does not wait for it, an {@link Eventual}. */
export type Started<T, P extends StartUpPolicy> = P extends 'degraded' ? Eventual<T> : T
