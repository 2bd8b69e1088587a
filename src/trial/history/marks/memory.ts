/** `liveBytes` were in use after a collection that was asked for, and `outsideBytes` resident and not of the heap. */
export const MEMORY_COLLECTED = 'memory collected'
