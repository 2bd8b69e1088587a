import type { Facts } from '../facts.ts'

/**
 * Lives that compare no times: all at the same time where copies of the service bear each other, else one after another, up
 * to the moment at which the trial is given up.
 */
export async function sideBySide<T>(
  arms: readonly T[],
  { facts, signal }: { readonly facts: Pick<Facts, 'standsBeside'>; readonly signal: AbortSignal },
  live: (arm: T) => Promise<unknown>,
): Promise<void> {
  if (facts.standsBeside === true) {
    await Promise.all(arms.map((arm) => live(arm)))
    return
  }
  for (const arm of arms) if (!signal.aborted) await live(arm)
}
