import { type Context, context } from '@opentelemetry/api'
import { RESEND_COUNT } from '../../core/resend-count.ts'
import { type ErrorClass, toErrorClass } from '../errors/error-class.ts'
import { Deadline, DEADLINE_KEY } from './deadline.ts'
import { isOutOfTime, PolicyError } from './policy-error.ts'
import type { ResolvedPolicy } from './policy-options.ts'

/** What the work of a policy is called with, once an attempt. */
export interface CallContext {
  /**
   * Aborted when the attempt's or the call's time is over, or the caller has given up: pass it on. Work that does not
   * listen is no longer waited for, but goes on.
   */
  readonly signal: AbortSignal
  /** Which attempt it is: 1 for the first. */
  readonly attempt: number
  /** Until when an answer to this attempt is of use: no policy within waits longer. */
  readonly deadline: Deadline
  /** What the call was given: the same for each attempt. */
  readonly idempotencyKey: string | undefined
}

/** How a call differs from others under the same policy. */
export interface CallOptions<T = unknown> {
  /** Ends the call when it is aborted, whatever it does; it then rejects with the reason of the signal. */
  readonly signal?: AbortSignal | undefined
  /** By what the other side knows that two attempts are the same call. It makes a call of a `'keyed'` policy retryable. */
  readonly idempotencyKey?: string | undefined
  /** Whether this call may be made again. @default as the policy says */
  readonly idempotent?: boolean | undefined
  /** Says that a value is a failure, such as an answer with status 503; after the last attempt it is returned all the same. */
  readonly classifyResult?: ((value: T) => ErrorClass | undefined) | undefined
  /** Gets each value that nobody is given: of an attempt that is made again, or that came too late. */
  readonly discard?: ((value: T) => unknown) | undefined
}

/** How an attempt ended. What it says about the dependency: that it works, that it does not, or nothing. */
export interface AttemptEnd<T> {
  readonly counts: 'success' | 'failure' | 'neither'
  /** Absent where it has succeeded. */
  readonly failure: ErrorClass | undefined
  /** Whether `value` is there, rather than `error`. */
  readonly hasValue: boolean
  readonly value: T | undefined
  readonly error: unknown
}

export interface AttemptOptions<T> {
  readonly policy: ResolvedPolicy
  readonly work: (call: CallContext) => T | PromiseLike<T>
  readonly attempt: number
  readonly deadline: Deadline
  /** Of the call: aborted when its time is over or its caller gives up. */
  readonly signal: AbortSignal
  readonly call: CallOptions<T>
  readonly classify: (error: unknown) => ErrorClass
}

const TIMED_OUT = toErrorClass(['timeout', false], 'SEA_POLICY_TIMED_OUT')
const CANCELLED = toErrorClass(['cancelled', false])

/** Makes one attempt, within its own time. Never rejects; ends when its time is over, whatever the work does. */
export function runAttempt<T>(options: AttemptOptions<T>): Promise<AttemptEnd<T>> {
  const { policy, attempt, signal, call, classify } = options
  const { promise, resolve } = Promise.withResolvers<AttemptEnd<T>>()
  const controller = new AbortController()
  let isOver = false
  const settle = (end: AttemptEnd<T>): void => {
    if (isOver) return
    isOver = true
    cancel?.()
    signal.removeEventListener('abort', onAbort)
    resolve(end)
  }
  const stop = (reason: unknown, failure: ErrorClass): void => {
    settle(failed(reason, failure))
    controller.abort(reason)
  }
  // Who gives up says nothing about the dependency, whatever the reason is; a call that ran out of time does.
  const onAbort = (): void => stop(signal.reason, isOutOfTime(signal.reason) ? TIMED_OUT : CANCELLED)
  // At the same moment the end of the whole call says more, and it has its own timer.
  const isLimited = policy.attemptMs < options.deadline.leftMs()
  const deadline = isLimited ? new Deadline(policy.clock, policy.attemptMs) : options.deadline
  const expire = (): void => {
    const error = attemptTimedOut(policy)
    stop(error, classify(error))
  }
  const cancel = isLimited ? policy.clock.schedule(policy.attemptMs, expire) : undefined
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) {
    onAbort()
    return promise
  }
  const given: CallContext = { signal: controller.signal, attempt, deadline, idempotencyKey: call.idempotencyKey }
  void start(options, given).then(
    (value) => {
      if (isOver) discard(call, value)
      else settle(judge(call, value, classify))
    },
    (error: unknown) => {
      if (!isOver) settle(failed(error, classify(error)))
    },
  )
  return promise
}

function judge<T>(call: CallOptions<T>, value: T, classify: (error: unknown) => ErrorClass): AttemptEnd<T> {
  try {
    return answered(value, call.classifyResult?.(value))
  } catch (error) {
    return failed(error, classify(error))
  }
}

/** Gives a value away that nobody gets. What that throws or rejects with is nobody's to handle. */
export function discard<T>({ discard: give }: CallOptions<T>, value: T): void {
  void (async () => give?.(value))().catch(() => {})
}

/** Runs the work where its deadline and the number of its attempt are known to whatever it calls. */
async function start<T>({ work }: AttemptOptions<T>, call: CallContext): Promise<T> {
  return await context.with(contextOf(call), work, undefined, call)
}

function contextOf({ attempt, deadline }: CallContext): Context {
  const active = context.active()
  const within = active.setValue(DEADLINE_KEY, deadline)
  if (attempt === 1) return within
  const before = active.getValue(RESEND_COUNT)
  return within.setValue(RESEND_COUNT, (typeof before === 'number' ? before : 0) + attempt - 1)
}

function attemptTimedOut({ name, attemptMs }: ResolvedPolicy): PolicyError {
  return new PolicyError('SEA_POLICY_ATTEMPT_TIMED_OUT', `Policy "${name}": no answer within ${attemptMs} ms`, {
    statusCode: 504,
    hint: 'Look at the dependency, or allow an attempt more time by "timeout.attempt".',
  })
}

function answered<T>(value: T, failure: ErrorClass | undefined): AttemptEnd<T> {
  return { counts: countOf(failure), failure, hasValue: true, value, error: undefined }
}

function failed(error: unknown, failure: ErrorClass): AttemptEnd<never> {
  return { counts: countOf(failure), failure, hasValue: false, value: undefined, error }
}

/** Codes of Node and undici, not those of MySQL. */
const LOCAL_CODE = /^(?:E(?!R_)|UND_)/

/** A dependency that refuses what it is asked works; our own mistakes and who gives up say nothing about it. */
export function countOf(failure: ErrorClass | undefined): AttemptEnd<unknown>['counts'] {
  switch (failure?.category) {
    case 'timeout':
    case 'network':
    case 'refused':
    case 'dns':
    case 'tls':
    case 'unavailable':
    case 'external':
      return 'failure'
    case 'cancelled':
    case 'internal':
      return 'neither'
    case 'rate_limit':
    case 'validation':
    case 'permission':
    case 'not_found':
    case 'conflict':
      // An invalid URL, a file that isn't there: nobody has been asked.
      return LOCAL_CODE.test(failure.code ?? '') ? 'neither' : 'success'
    case undefined:
      return 'success'
  }
}
