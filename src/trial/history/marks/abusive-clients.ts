/** A reading was taken; clients come that have no good intentions, and after a second the usual ones beside them. */
export const ABUSE_BEGAN = 'abuse began'
/** The usual clients have had their answers, and the others go now. */
export const ABUSE_ENDED = 'abuse ended'
/** Requests that are too large have been sent, nothing has happened for a while, and a reading was taken again. */
export const QUIET_ENDED = 'quiet after abuse ended'

/** Loads of clients that only hold connections. */
export const HOLDING_LOADS: ReadonlySet<string> = new Set(['slow-headers', 'idle'])

/** Single requests after the abuse, by their loads: a small body first, to know what the service says to any. */
export const USUAL_BODY = 'usual-body'
export const OVERSIZED_HEADER = 'oversized-header'
export const OVERSIZED_BODY = 'oversized-body'
export const AFTERWARDS = 'afterwards'
