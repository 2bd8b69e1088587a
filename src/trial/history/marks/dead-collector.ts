/** What is due from here on counts. */
export const MEASURING_BEGAN = 'dead-collector.measuring.began'
/** Nothing new is sent. */
export const SENDING_ENDED = 'dead-collector.sending.ended'
/** What has not been answered by now is taken to have taken until now. */
export const MEASURING_ENDED = 'dead-collector.measuring.ended'
/** The collector is dead, and as many requests are sent as the service can answer. */
export const FULL_RATE_BEGAN = 'dead-collector.full-rate.began'
export const FULL_RATE_ENDED = 'dead-collector.full-rate.ended'

/** Settings of a lifetime: `part` is one of these. Pairs have the same number `pair`; `collector` is `healthy`, or its fault. */
export const PAIR_PART = 'pair'
export const FULL_RATE_PART = 'full rate'
/** The setting `collector` of the arm that all others are compared to. */
export const HEALTHY = 'healthy'
