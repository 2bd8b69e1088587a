/** Nobody asks anything of the service from here on; a reading was taken just before. */
export const IDLE_BEGAN = 'idle began'
/** A reading was taken just before. */
export const IDLE_ENDED = 'idle ended'
