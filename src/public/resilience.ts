/**
 * `seaworthy/resilience`: calls to what a service depends on, with limits: timeouts, retries within a budget, circuit
 * breaker, bulkhead, deadlines; and what kind of failure an error is. Loaded only by who imports it.
 *
 * @module
 */
export { type Breaker, type BreakerOptions, createBreaker } from '../recovery/policies/breaker.ts'
export { createPolicy, type Policy, type PolicyHealthCheck } from '../recovery/policies/policy.ts'
export type {
  BackoffOptions,
  PolicyBreakerOptions,
  PolicyBulkheadOptions,
  PolicyOptions,
  PolicyRetryOptions,
  PolicyTimeoutOptions,
  RetryBudgetOptions,
} from '../recovery/policies/policy-options.ts'
export type { BreakerState } from '../recovery/policies/circuit-breaker.ts'
export type { CallContext, CallOptions } from '../recovery/policies/attempt.ts'
export { activeDeadline, type Deadline, readDeadline, withDeadline } from '../recovery/policies/deadline.ts'
export { resilientFetch, type ResilientFetchOptions } from '../recovery/policies/resilient-fetch.ts'
export { PolicyError, type PolicyErrorOptions } from '../recovery/policies/policy-error.ts'
export { type ServerShedding, shedLoad, type ShedLoadOptions } from '../server/shedding/shed-load.ts'
export { classifyError, type ClassifyErrorOptions } from '../recovery/errors/classify-error.ts'
export type { ErrorCategory, ErrorClass } from '../recovery/errors/error-class.ts'
