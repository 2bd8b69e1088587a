/** All replicas are there and clients begin. */
export const ROLLOUT_LOAD_BEGAN = 'rollout.load.began'
/** The new version is wanted from here on. */
export const ROLLOUT_BEGAN = 'rollout.began'
/** Everything was replaced and is quiet, or it was given up. `isComplete`, `isSettled` */
export const ROLLOUT_ENDED = 'rollout.ended'
/** Clients have ended. `droppedCount`: requests that were due and that the clients themselves did not send */
export const ROLLOUT_LOAD_ENDED = 'rollout.load.ended'
