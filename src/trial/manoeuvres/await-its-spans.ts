import type { Ship } from '../ship/ship.ts'
import { hasItsSpans } from './has-its-spans.ts'

/**
 * Resolves when each answered request that was sent as sampled since `fromMs` has its span, after `timeoutMs` at the
 * latest, and at once when the ship has ended.
 */
export async function awaitItsSpans(
  ship: Ship,
  { fromMs, timeoutMs }: { readonly fromMs: number; readonly timeoutMs: number },
): Promise<void> {
  const { history } = ship
  const until = history.now() + timeoutMs
  while (ship.isRunning && !hasItsSpans(ship, fromMs)) {
    const leftMs = until - history.now()
    if (leftMs <= 0) return
    const arrival = history.waitFor('export', ({ signal, fault }) => signal === 'traces' && fault === undefined, leftMs)
    await Promise.race([arrival, ship.exited])
  }
}
