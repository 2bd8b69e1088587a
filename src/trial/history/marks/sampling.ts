/** Requests without a trace context, and with both kinds of it, are sent from here on. */
export const LOAD_BEGAN = 'sampling.load.began'
/** Nothing new is sent, and what was sent is settled. */
export const LOAD_ENDED = 'sampling.load.ended'

/**
 * Settings of a lifetime: `ratio` is what roots are to be sampled at; `isTold` whether the service was told so by variables
 * (else it was declared to be its own). One lifetime has the ratio 1, and shows whether anything gets lost.
 */
export const RATIO = 'ratio'
export const IS_TOLD = 'isTold'
