import type { Facts } from '../../facts.ts'
import type { Lifetime } from '../lifetime.ts'

/**
 * Some servers try again for five seconds before they give up, such as Gunicorn; and beside other voyages, on busy cores, a
 * start takes four times as long as alone. Who stays, stays for ever: a longer wait lets none of them pass.
 */
const LIMIT_MS = 15_000
const START_RATIO = 4

/** How long a service may take to end when its port is taken, from its start on. */
export function conflictLimitMs({ normal }: Pick<Facts, 'normal'>): number {
  return Math.max(LIMIT_MS, START_RATIO * normal.readyAfterMs)
}

/** The port that somebody else listened on in this life; `undefined` where nobody did. */
export function takenPortOf({ settings }: Lifetime): number | undefined {
  const { takenPort, takenOn } = settings
  return typeof takenPort === 'number' && typeof takenOn === 'string' && takenOn !== '' ? takenPort : undefined
}
