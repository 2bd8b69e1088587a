/** Load goes on, and the file is as it was. */
export const RELOAD_BEGAN = 'reload began'
/** The file was changed. `step` is one of {@link RELOAD_STEPS}; `expects` is the text that the answer must hold from now on. */
export const FILE_CHANGED = 'file changed'
/** The file is as it was, and what follows is no part of the trial. */
export const RELOAD_ENDED = 'reload ended'

/** What is done to the file, in this order: only the first and the last may change what is in force. */
export const RELOAD_STEPS = ['good', 'truncated', 'wrong-type', 'deleted', 'good-again'] as const
export type ReloadStep = (typeof RELOAD_STEPS)[number]

/** The load of the requests whose answers show which configuration is in force. */
export const OBSERVE_LOAD = 'observe'
