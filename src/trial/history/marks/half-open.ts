/** Load goes on, and connections to the dependency come to stand. */
export const STEADY_BEGAN = 'half-open.steady.began'
/** Requests have succeeded for {@link WELL_MS}, or the time is over. */
export const WATCH_ENDED = 'half-open.watch.ended'
/** How long the service may take to notice that its connections are dead. */
export const RECOVERY_MS = 30_000
/** So long without a failed request: longer than a client of this voyage waits, so that none is still to come. */
export const WELL_MS = 5000
