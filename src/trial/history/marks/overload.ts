/** A steady, small load begins: what is normal. */
export const BASELINE_BEGAN = 'baseline began'
export const BASELINE_ENDED = 'baseline ended'
/** `perSecond` requests fall due from here on, twice the `capacity`, over `connections`. */
export const BURST_BEGAN = 'burst began'
/** `busyRatio` is the share of the burst in which our own event loop worked; `dropped` requests were due and not sent. */
export const BURST_ENDED = 'burst ended'
/** The small load has gone on since the end of the burst. */
export const RECOVERY_ENDED = 'recovery ended'
