/** Requests are sent, {@link CONCURRENCY} at a time, each with a trace context, a `tracestate`, `baggage` and a nonce of its own. */
export const LOAD_BEGAN = 'context.load.began'
export const LOAD_ENDED = 'context.load.ended'
export const CONCURRENCY = 50
/** What the requests carry besides `traceparent`, to be found again downstream. */
export const TRACE_STATE = 'seaworthy=context'
export const BAGGAGE = 'seaworthy.trial=context'
