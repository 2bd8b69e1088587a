export { SeaworthyError, isSeaworthyError } from '../core/seaworthy-error.ts'
export { ERRORS, type ErrorCode } from '../core/error-table.ts'
export { type Clock, systemClock } from '../core/clock.ts'
export { type Duration } from '../core/duration.ts'
