/** Every process of the service is stopped (SIGSTOP). */
export const FROZEN = 'frozen.frozen'
/** All of them go on (SIGCONT). */
export const THAWED = 'frozen.thawed'
/** More is sent than the service can answer at once. */
export const BUSY_BEGAN = 'frozen.busy.began'
export const BUSY_ENDED = 'frozen.busy.ended'
