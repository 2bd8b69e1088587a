import type { Facts } from '../facts.ts'
import type { Ship } from './ship.ts'

/** A service that was seen to end within this time is stopped as usual: longer would cost every voyage of many starts. */
const QUICK_MS = 1500

/** Ends a ship whose stop nobody judges: by the signal when that is quick, else at once. */
export async function endQuickly(ship: Ship, { normal, stopSignal }: Facts): Promise<void> {
  const isQuick = normal.exitAfterMs !== undefined && normal.exitAfterMs <= QUICK_MS
  ship.signal(isQuick ? stopSignal : 'SIGKILL')
  await ship.end()
}
