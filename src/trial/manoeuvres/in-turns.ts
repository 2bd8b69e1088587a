import type { Bridge, Ship } from '../ship/ship.ts'

/**
 * Lives that are compared, and so are lived one after another. Where copies of the service bear each other all are started
 * at the same time first, and each waits, with nothing to do, until it is its turn.
 */
export async function inTurns<T>(
  arms: readonly T[],
  { facts, signal }: Pick<Bridge, 'facts' | 'signal'>,
  {
    launch,
    live,
  }: { readonly launch: (arm: T) => Promise<Ship>; readonly live: (arm: T, ship: Ship) => Promise<unknown> },
): Promise<void> {
  const launched = facts.standsBeside === true ? await Promise.all(arms.map((arm) => launch(arm))) : []
  for (const [index, arm] of arms.entries()) {
    if (signal.aborted) return
    await using ship = launched[index] ?? (await launch(arm))
    await live(arm, ship)
  }
}
