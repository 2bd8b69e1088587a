import type { ErrorCode } from '../../core/error-table.ts'
import { isSeaworthyError, SeaworthyError, type SeaworthyErrorOptions } from '../../core/seaworthy-error.ts'

/** What a policy throws of its own; what the work threw comes as it is. */
export interface PolicyErrorOptions extends SeaworthyErrorOptions {
  /** 503 for a call that was not made, 504 for one that took too long. */
  readonly statusCode: 503 | 504
  /** After how many milliseconds another call may be made. @default not known */
  readonly retryAfterMs?: number | undefined
}

/**
 * A call that a policy refused or gave up. `statusCode` is what a request that fails because of it is best answered with:
 * 503 for a call that was not made, 504 for one that took too long. Express, Fastify and others read it by that name.
 */
export class PolicyError extends SeaworthyError {
  readonly statusCode: 503 | 504
  /** After how many milliseconds another call may be made, where that is known. */
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: PolicyErrorOptions) {
    const { statusCode, retryAfterMs, ...rest } = options
    super(code, message, rest)
    this.statusCode = statusCode
    this.retryAfterMs = retryAfterMs
  }
}

/** Whether a signal was aborted because the time of a policy was over, or that of an attempt of a policy around. */
export function isOutOfTime(reason: unknown): boolean {
  return isSeaworthyError(reason, 'SEA_POLICY_TIMED_OUT') || isSeaworthyError(reason, 'SEA_POLICY_ATTEMPT_TIMED_OUT')
}
