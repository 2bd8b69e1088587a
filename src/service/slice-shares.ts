/** Shares of the in-flight slice: what runs is asked to end at the first, and cut off at the second. */
export const SOFT_SHARE = 0.8
export const HARD_SHARE = 0.95
