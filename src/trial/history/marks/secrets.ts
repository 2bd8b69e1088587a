/** Requests with canaries were sent; `way` says how they were to end: `normal`, `not-found`, `malformed`, `bad-body`, `dependency`. */
export const SECRETS_SENT = 'secrets sent'
/** The load of requests that carry canaries. */
export const SECRETS_LOAD = 'secrets'
