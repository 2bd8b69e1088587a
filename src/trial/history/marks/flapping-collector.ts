/** From here on the collector is gone and back in turns. */
export const FLAPPING_BEGAN = 'flapping-collector.flapping.began'
/** It stays from here on. */
export const RECOVERED = 'flapping-collector.recovered'
/** Nothing new is sent, and what was sent is settled. */
export const LOAD_ENDED = 'flapping-collector.load.ended'
/** So many exports have to have met the collector while it was gone. */
export const NEEDED_FAULTY_EXPORTS = 2
/** Spans of requests that were sent so long after the last recovery have to arrive, all of them. */
export const RECOVERY_MS = 2000
