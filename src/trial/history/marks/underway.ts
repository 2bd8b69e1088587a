/** The service is ready and nothing but probes is sent. */
export const IDLE_BEGAN = 'underway.idle.began'
/** Load of both kinds begins. */
export const LOAD_BEGAN = 'underway.load.began'
/** Nothing new is sent, and what was sent is settled. */
export const LOAD_ENDED = 'underway.load.ended'
/** A request with a malformed trace context was answered: `variant` is its name, `request` its id. */
export const ODD_CONTEXT_SENT = 'underway.odd-context.sent'
