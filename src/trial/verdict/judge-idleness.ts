import type { IdleWindow } from '../history/views/idle-windows.ts'

/** Of one processor. A runtime that exports telemetry and asks its dependency twice a second takes about a quarter of it. */
export const MAX_IDLE_CPU_RATIO = 0.02
/** A pool that opens one more connection, a file that is read anew: no growth. */
const ALLOWED_FILES = 2
/** An allocator takes memory in pieces of this size; what is lost in five seconds without work has to be more. */
export const LEAST_IDLE_RISE_BYTES = 8 * 1024 * 1024

/** What is not quiet about a window. */
export interface Restlessness {
  readonly isBusy: boolean
  readonly opensFiles: boolean
  readonly takesMemory: boolean
}

export function restlessnessOf({ cpuRatio, before, after }: IdleWindow): Restlessness {
  return {
    isBusy: cpuRatio > MAX_IDLE_CPU_RATIO,
    opensFiles: after.openFileCount - before.openFileCount > ALLOWED_FILES,
    takesMemory: after.rssBytes - before.rssBytes > LEAST_IDLE_RISE_BYTES,
  }
}

export function isQuiet(window: IdleWindow): boolean {
  return Object.values(restlessnessOf(window)).every((isSo) => !isSo)
}
