/** Load goes on, and everything works: what is normal is counted from here. */
export const STEADY_BEGAN = 'steady began'
/** The end of the time after an outage in which the service had to be well again. */
export const RECOVERY_WATCHED = 'recovery watched'
