/** One value of a context, and those that were set before it. Never changed, so that contexts share their tails. */
export interface ContextEntry {
  readonly key: symbol
  readonly value: unknown
  readonly next: ContextEntry | undefined
}

export function findEntry(first: ContextEntry | undefined, key: symbol): ContextEntry | undefined {
  let entry = first
  while (entry !== undefined && entry.key !== key) entry = entry.next
  return entry
}

/** A key stands in the list once, so its length is the number of different keys, however often they are set. */
export function withEntry(first: ContextEntry | undefined, key: symbol, value: unknown): ContextEntry {
  return { key, value, next: withoutEntry(first, key) }
}

/** @returns the very same list when `key` is not in it */
export function withoutEntry(first: ContextEntry | undefined, key: symbol): ContextEntry | undefined {
  const found = findEntry(first, key)
  if (first === undefined || found === undefined) return first
  // Only what stands before it is made anew.
  const before: ContextEntry[] = []
  let entry = first
  while (entry !== found && entry.next !== undefined) {
    before.push(entry)
    entry = entry.next
  }
  let rest = found.next
  for (let index = before.length - 1; index >= 0; index--) {
    const kept = before[index]
    if (kept !== undefined) rest = { key: kept.key, value: kept.value, next: rest }
  }
  return rest
}
