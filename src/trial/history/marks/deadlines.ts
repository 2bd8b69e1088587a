/** Everything works, and requests show how long they usually take. */
export const STEADY_BEGAN = 'deadlines.steady.began'
/** The dependency takes connections and says nothing; requests of the load {@link HANGING_LOAD} are sent. */
export const HANGING_BEGAN = 'deadlines.hanging.began'
/** All of them have ended, or the bound is over. */
export const HANGING_ENDED = 'deadlines.hanging.ended'
export const STEADY_LOAD = 'before-hanging'
export const HANGING_LOAD = 'hanging'
/** In which every request has to be answered: what most clients and balancers wait for at most. */
export const BOUND_MS = 30_000
/** So much longer do ours wait, so that an answer in the last moment is seen. */
export const PATIENCE_MS = 1000
