import { type Clock, systemClock } from '../../core/clock.ts'
import type { Duration } from '../../core/duration.ts'
import { type Log, silentLog } from '../../core/log.ts'
import { OptionReader } from '../../core/option-reader.ts'
import type { ErrorClass } from '../errors/error-class.ts'

/** How long a call under a policy may take. */
export interface PolicyTimeoutOptions {
  /**
   * The call as a whole, waiting and all attempts included: 1 ms to 10 min. A deadline around it cuts it shorter.
   *
   * @default "30s", about as long as a client or a load balancer in front waits
   */
  readonly total?: Duration
  /** One attempt: 1 ms to 10 min. @default "10s", so that three of them fit into the total */
  readonly attempt?: Duration
}

/** How many retries a policy may make over time, whatever fails. */
export interface RetryBudgetOptions {
  /** Retries per call: 0 to 0.1. @default 0.1: a dependency in trouble gets at most a tenth more calls */
  readonly ratio?: number
  /** Retries that may be made before calls have earned any: 0 to 1000. @default 10, for services with few calls */
  readonly floor?: number
}

/** The waits between attempts: a random time from 0 to a bound that doubles each time ("full jitter"). */
export interface BackoffOptions {
  /** The bound of the first wait: 0 to 1 min. @default "100ms" */
  readonly initial?: Duration
  /** What the bound grows to: 0 to 10 min. @default "5s" */
  readonly max?: Duration
}

/** Whether a failed call is made again. Only for failures that can pass, and never beyond the deadline. */
export interface PolicyRetryOptions {
  /**
   * What makes it safe to make a call twice. `true`: every call of this policy is idempotent. `'keyed'`: only a call that
   * is given an `idempotencyKey` is (for `resilientFetch()` also by its method). There is no default: nobody but you knows.
   */
  readonly idempotent: true | 'keyed'
  /** How often a call is made in all, the first time included: 2 to 10. @default 3 */
  readonly attempts?: number
  /** @default a tenth of the calls, and 10 to begin with */
  readonly budget?: RetryBudgetOptions
  /** @default from 100 ms to 5 s */
  readonly backoff?: BackoffOptions
  /**
   * The longest `Retry-After` that is waited for: 0 to 1 h. Beyond it the call fails at once: to ask earlier than told is
   * no use.
   *
   * @default "30s"
   */
  readonly maxRetryAfter?: Duration
}

/** When calls are refused because the dependency does not work. */
export interface PolicyBreakerOptions {
  /** Failures in a row that open the circuit: 1 to 10,000. Not together with `failureRatio`. @default 5 */
  readonly failures?: number
  /** The share of failed calls within `window` that opens it: above 0, to 1. @default consecutive failures are counted */
  readonly failureRatio?: number
  /** Over how long `failureRatio` is measured: 1 s to 10 min. @default "30s" */
  readonly window?: Duration
  /** Calls in the window without which nothing is opened: 1 to 100,000. @default 20 */
  readonly minimumCalls?: number
  /** How long calls are refused until one goes through as a probe: 100 ms to 10 min. @default "10s" */
  readonly openFor?: Duration
}

/** How many calls may run at a time. */
export interface PolicyBulkheadOptions {
  /** Calls that run at a time, those between two attempts included: 1 to 100,000. */
  readonly concurrency: number
  /** Calls that may wait for a place: 0 to 100,000. The next is refused. @default as many as may run */
  readonly queue?: number
}

/** A policy: how calls to one dependency are made. */
export interface PolicyOptions {
  /** The dependency, as metrics, log lines and the health check call it, such as `payments`. */
  readonly name: string
  /** @default 30 s in all, 10 s an attempt */
  readonly timeout?: PolicyTimeoutOptions
  /** @default a failed call is not made again */
  readonly retry?: PolicyRetryOptions
  /** @default no circuit breaker */
  readonly breaker?: PolicyBreakerOptions
  /** @default any number of calls at a time */
  readonly bulkhead?: PolicyBulkheadOptions
  /** Says what kind of failure something is that `classifyError()` does not know; `undefined` leaves it to that. */
  readonly classify?: (error: unknown) => ErrorClass | undefined
  /**
   * Gets a line when the circuit breaker changes and when the retry budget runs out. As a function it is asked for each
   * line: `() => service.log` for a service that starts later.
   *
   * @default nobody
   */
  readonly log?: Log | (() => Log)
  /** @default the system's clock */
  readonly clock?: Clock
  /** The time of day in milliseconds, for a `Retry-After` that is a date. @default the system's */
  readonly timeOfDay?: () => number
  /** From 0 to 1, for the waits. @default Math.random */
  readonly random?: () => number
}

export interface ResolvedBreaker {
  readonly failures: number
  readonly failureRatio: number | undefined
  readonly windowMs: number
  readonly minimumCalls: number
  readonly openForMs: number
}

export interface ResolvedRetry {
  readonly idempotent: true | 'keyed'
  readonly attempts: number
  readonly ratio: number
  readonly floor: number
  readonly initialMs: number
  readonly maxMs: number
  readonly maxRetryAfterMs: number
}

export interface ResolvedPolicy {
  readonly name: string
  readonly totalMs: number
  readonly attemptMs: number
  readonly retry: ResolvedRetry | undefined
  readonly breaker: ResolvedBreaker | undefined
  readonly bulkhead: { readonly concurrency: number; readonly queue: number } | undefined
  readonly classify: PolicyOptions['classify']
  readonly log: () => Log
  readonly clock: Clock
  readonly timeOfDay: () => number
  readonly random: () => number
}

const UP_TO_TEN_MINUTES = { min: 1, max: 600_000 } as const

/** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem in one message */
export function resolvePolicy(options: PolicyOptions): ResolvedPolicy {
  const read = new OptionReader(options, 'createPolicy()')
  const timeout = new OptionReader(read.value('timeout'), 'timeout')
  const resolved: ResolvedPolicy = {
    name: read.text('name', { pattern: /^[\w .:/-]{1,100}$/, form: 'letters, digits, spaces and . : / - _' }),
    totalMs: timeout.duration('total', { fallback: 30_000, ...UP_TO_TEN_MINUTES }),
    attemptMs: timeout.duration('attempt', { fallback: 10_000, ...UP_TO_TEN_MINUTES }),
    retry: readPart(read, 'retry', readRetry),
    breaker: readPart(read, 'breaker', readBreaker),
    bulkhead: readPart(read, 'bulkhead', readBulkhead),
    classify: read.callback('classify'),
    log: readLog(read),
    clock: read.value<Clock>('clock') ?? systemClock,
    timeOfDay: read.callback<() => number>('timeOfDay') ?? (() => new Date().getTime()),
    random: read.callback<() => number>('random') ?? (() => Math.random()),
  }
  read.include(timeout)
  read.done()
  return Object.freeze(resolved)
}

export function readLog(read: OptionReader): () => Log {
  const log = read.value<PolicyOptions['log']>('log') ?? silentLog
  return typeof log === 'function' ? log : () => log
}

function readPart<T>(read: OptionReader, name: string, readIt: (part: OptionReader) => T): T | undefined {
  const value = read.value(name)
  if (value === undefined) return undefined
  const part = new OptionReader(value, name)
  const result = readIt(part)
  read.include(part)
  return result
}

function readRetry(read: OptionReader): ResolvedRetry {
  const budget = new OptionReader(read.value('budget'), 'budget')
  const backoff = new OptionReader(read.value('backoff'), 'backoff')
  const idempotent = read.value<unknown>('idempotent')
  if (idempotent !== true && idempotent !== 'keyed') {
    read.problem('"idempotent" has to be true or "keyed": a call that is not idempotent must not be made twice')
  }
  const initialMs = backoff.duration('initial', { fallback: 100, min: 0, max: 60_000 })
  const resolved: ResolvedRetry = {
    idempotent: idempotent === true ? true : 'keyed',
    attempts: read.integer('attempts', { fallback: 3, min: 2, max: 10 }),
    ratio: budget.number('ratio', { fallback: 0.1, min: 0, max: 0.1 }),
    floor: budget.integer('floor', { fallback: 10, min: 0, max: 1000 }),
    initialMs,
    maxMs: backoff.duration('max', { fallback: Math.max(5_000, initialMs), min: 0, max: 600_000 }),
    maxRetryAfterMs: read.duration('maxRetryAfter', { fallback: 30_000, min: 0, max: 3_600_000 }),
  }
  read.include(budget)
  read.include(backoff)
  return resolved
}

export function readBreaker(read: OptionReader): ResolvedBreaker {
  const hasRatio = read.value('failureRatio') !== undefined
  if (hasRatio && read.value('failures') !== undefined) {
    read.problem('"failures" and "failureRatio" are two ways of counting: give one of them')
  }
  if (!hasRatio && (read.value('window') ?? read.value('minimumCalls')) !== undefined) {
    read.problem('"window" and "minimumCalls" belong to "failureRatio", which is not given')
  }
  return {
    failures: read.integer('failures', { fallback: 5, min: 1, max: 10_000 }),
    failureRatio: hasRatio ? read.number('failureRatio', { min: 0.01, max: 1 }) : undefined,
    windowMs: read.duration('window', { fallback: 30_000, min: 1_000, max: 600_000 }),
    minimumCalls: read.integer('minimumCalls', { fallback: 20, min: 1, max: 100_000 }),
    openForMs: read.duration('openFor', { fallback: 10_000, min: 100, max: 600_000 }),
  }
}

function readBulkhead(read: OptionReader): { readonly concurrency: number; readonly queue: number } {
  const concurrency = read.integer('concurrency', { min: 1, max: 100_000 })
  return { concurrency, queue: read.integer('queue', { fallback: concurrency, min: 0, max: 100_000 }) }
}
