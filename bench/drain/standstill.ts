import type { Clock } from '../../src/core/clock.ts'

const EVERY_MS = 20

/**
 * Watches how long this process, and with it every client, stands still: on a machine that is busy with other things a
 * client can connect and say nothing for half a second, which no server owes it to wait for.
 *
 * @returns ends it, and gives the longest standstill in milliseconds
 */
export function watchStandstill(clock: Clock): () => number {
  let longestMs = 0
  let lookedAt = clock.now()
  let cancel = clock.schedule(EVERY_MS, look)
  function note(): void {
    const now = clock.now()
    longestMs = Math.max(longestMs, now - lookedAt - EVERY_MS)
    lookedAt = now
  }
  function look(): void {
    note()
    cancel = clock.schedule(EVERY_MS, look)
  }
  return () => {
    cancel()
    note()
    return Math.round(longestMs)
  }
}
