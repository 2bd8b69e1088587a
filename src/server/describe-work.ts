import type { Clock } from '../core/clock.ts'
import type { OpenWork } from '../lifecycle/open-work.ts'

/** Items of an account as reports name them, with the age that they have now. */
export function describeWork<T extends { readonly startedAt: number }>(
  clock: Clock,
  items: readonly T[],
  describe: (item: T) => Pick<OpenWork, 'kind' | 'name'>,
): readonly OpenWork[] {
  const now = clock.now()
  return items.map((item) => ({ ...describe(item), ageMs: Math.round(now - item.startedAt) }))
}
