/** As many requests as the service answers begin, over kept connections. */
export const BURN_BEGAN = 'burn began'
/** `sent` requests were settled so far. */
export const BURN_COUNTED = 'burn counted'
export const BURN_ENDED = 'burn ended'
/** A reading of all figures was taken, then connections come that end in every way that there is. */
export const ROUND_BEGAN = 'round began'
/** Nothing has happened for a while, and a reading was taken again. */
export const ROUND_ENDED = 'round ended'
