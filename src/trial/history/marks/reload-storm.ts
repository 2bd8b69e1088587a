/** A single change was made and taken back, and everything is quiet again; a reading of the kernel's figures was taken. */
export const STORM_READY = 'reload-storm.ready'
/** Load goes on, and the file is changed again and again. */
export const STORM_BEGAN = 'reload-storm.began'
/** The last change was made. `count`: how many there were; `expects`: what an answer must hold from then on. */
export const LAST_CHANGED = 'reload-storm.last-changed'
/** The last value was seen, or there was enough time for it. */
export const EFFECT_WATCHED = 'reload-storm.effect-watched'
/** Nothing has happened for a while, and a reading was taken again. */
export const STORM_SETTLED = 'reload-storm.settled'
/** Reloads a second, and for how long. */
export const PER_SECOND = 50
export const STORM_MS = 3000
