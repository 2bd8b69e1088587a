/** Little is asked, and the collector takes what comes. */
export const STEADY_BEGAN = 'lost-telemetry.steady.began'
/** From here on the collector takes nothing, and as much is asked as the service answers. */
export const OVERFLOW_BEGAN = 'lost-telemetry.overflow.began'
/** It takes everything again. */
export const COLLECTOR_RETURNED = 'lost-telemetry.collector.returned'
