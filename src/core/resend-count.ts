/**
 * The key of a context under which a policy says how often a call has been made before, for the spans of requests
 * (`http.request.resend_count`). Keys of contexts are global symbols, so whoever retries needs nothing of telemetry.
 */
export const RESEND_COUNT = Symbol.for('seaworthy.resend_count')
