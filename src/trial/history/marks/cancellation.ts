/** The dependency is slow, and requests are sent that are given up long before it can answer. */
export const ABORTING_BEGAN = 'cancellation.aborting.began'
export const ABORTING_ENDED = 'cancellation.aborting.ended'
/** The dependency is fast again, and ordinary requests are sent. */
export const AFTERWARDS_BEGAN = 'cancellation.afterwards.began'
export const AFTERWARDS_ENDED = 'cancellation.afterwards.ended'
/** How late the dependency is. */
export const DEPENDENCY_DELAY_MS = 800
/** When clients give up. */
export const ABORT_AFTER_MS = 100
/** How long the service may take to give up, too. */
export const NOTICED_WITHIN_MS = 1000
