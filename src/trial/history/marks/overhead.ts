/** Between these two, the processor's time and the requests are counted. */
export const MEASURING_BEGAN = 'overhead.measuring.began'
export const MEASURING_ENDED = 'overhead.measuring.ended'

/** The setting `arm` of a lifetime: as it is configured, every trace recorded, no telemetry at all. Runs count from 0. */
export const ARMS = ['configured', 'everything', 'disabled'] as const
export type Arm = (typeof ARMS)[number]
