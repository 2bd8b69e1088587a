/** A stretch begins. `arm` is `fast` or `slow`; what is due until `countsFrom` ms later counts for neither. It ends with the next, or with {@link STRETCHES_ENDED}. */
export const STRETCH_BEGAN = 'slow-dependency.stretch.began'
/** The last stretch is over. */
export const STRETCHES_ENDED = 'slow-dependency.stretches.ended'
/** How late the dependency is in the slow arm. */
export const DELAY_MS = 2000
