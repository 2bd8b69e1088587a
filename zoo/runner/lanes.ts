export interface Lanes<Item> {
  /** How many at a time. */
  readonly together: number
  /** A thing that only one at a time may have. */
  readonly holds: (item: Item) => string | undefined
  /** Nothing more is begun then. */
  readonly signal: AbortSignal
}

/** Does the work on each item, some at a time, in their order as far as that goes. */
export async function inLanes<Item>(
  items: readonly Item[],
  { together, holds, signal }: Lanes<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items]
  const held = new Set<string>()
  const next = (): Item | undefined => {
    const index = waiting.findIndex((item) => !held.has(holds(item) ?? ''))
    return index === -1 || signal.aborted ? undefined : waiting.splice(index, 1)[0]
  }
  // One that finds only what others hold ends: whoever holds it goes on with that.
  const lane = async (): Promise<void> => {
    for (let item = next(); item !== undefined; item = next()) {
      const thing = holds(item)
      if (thing !== undefined) held.add(thing)
      await work(item)
      if (thing !== undefined) held.delete(thing)
    }
  }
  await Promise.all(Array.from({ length: together }, lane))
}
