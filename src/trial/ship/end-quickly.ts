import type { Facts } from '../facts.ts'
import type { Ship } from './ship.ts'

/** A service that was seen to end within this time is stopped as usual: longer would cost every voyage of many starts. */
const QUICK_MS = 500

/** Whether the stop signal ends it so soon that nothing is gained by anything else. */
export function stopsQuickly({ normal }: Pick<Facts, 'normal'>): boolean {
  return normal.exitAfterMs !== undefined && normal.exitAfterMs <= QUICK_MS
}

/** Ends a ship whose stop nobody judges: by the signal when that is quick, else at once. */
export async function endQuickly(ship: Ship, facts: Pick<Facts, 'normal' | 'stopSignal'>): Promise<void> {
  if (ship.isRunning) ship.signal(stopsQuickly(facts) ? facts.stopSignal : 'SIGKILL')
  await ship.end()
}
