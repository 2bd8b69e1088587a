/** Nobody asks anything: what is written and traced now comes of its own accord. */
export const QUIET_BEGAN = 'saturated-probes.quiet.began'
/** Only probes are asked. */
export const PROBING_BEGAN = 'saturated-probes.probing.began'
/** One request at a time besides them, to know how long one takes. */
export const SINGLE_BEGAN = 'saturated-probes.single.began'
/** As many as it answers. */
export const SATURATION_BEGAN = 'saturated-probes.saturation.began'
export const SATURATION_ENDED = 'saturated-probes.saturation.ended'
/** What one request at a time is called, and what goes over many connections. */
export const SINGLE_LOAD = 'keep-alive'
export const SATURATING_LOAD = 'burn'
