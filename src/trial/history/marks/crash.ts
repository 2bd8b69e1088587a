/** The request that ends the process is sent. Its load is `crash`. */
export const CRASH_PROVOKED = 'crash provoked'
