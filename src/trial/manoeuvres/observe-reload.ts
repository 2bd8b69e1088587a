import type { ReloadFact } from '../facts.ts'
import { OBSERVE_LOAD } from '../history/marks/reload.ts'
import type { Ship } from '../ship/ship.ts'

const OBSERVE_EVERY_MS = 100
const OBSERVE_TIMEOUT_MS = 2000
/** After an effect: whether it lasts, and whether requests that were under way came through. */
const AFTER_EFFECT_MS = 500

/** Asks again and again which configuration is in force, up to a little after it is `until`. */
export async function observeReload(
  ship: Ship,
  { observe: { path } }: ReloadFact,
  { ms, until }: { readonly ms: number; readonly until?: string },
): Promise<void> {
  const route = { method: 'GET', path, headers: {} }
  let end = ship.history.now() + ms
  let isSeen = false
  while (ship.isRunning && ship.history.now() < end) {
    const { body } = await ship.load.once(OBSERVE_LOAD, { route, timeoutMs: OBSERVE_TIMEOUT_MS })
    if (until !== undefined && !isSeen && body?.includes(until) === true) {
      isSeen = true
      end = Math.min(end, ship.history.now() + AFTER_EFFECT_MS)
    }
    const begun = ship.history.now()
    await ship.pause(OBSERVE_EVERY_MS)
    // A pause that ends at once: the trial is given up.
    if (ship.history.now() - begun < OBSERVE_EVERY_MS / 2) return
  }
}
