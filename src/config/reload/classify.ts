import type { ConfigChange } from './config-diff.ts'
import type { ObservedReads } from './observed-reads.ts'
import { bestMatch, type PathPattern } from './path-pattern.ts'

/** A change that has no effect before a restart, and why. */
export interface RestartChange extends ConfigChange {
  /** The pattern of the option `restart`, or the components that have read the value. */
  readonly because: string
}

export interface Classified {
  readonly hot: readonly ConfigChange[]
  readonly restart: readonly RestartChange[]
}

export interface ClassifyRules {
  readonly hot: readonly PathPattern[]
  readonly restart: readonly PathPattern[]
  readonly observed: ObservedReads
}

/**
 * Parts changes into those that can be applied now and those that need a restart. What the lists say goes before what
 * was observed; of two patterns that match, the one that names more keys holds, and on a tie `restart` does. What no
 * list names and no component has read is hot.
 */
export function classifyChanges(
  changes: readonly ConfigChange[],
  rules: ClassifyRules,
  previous: unknown,
  next: unknown,
): Classified {
  const hot: ConfigChange[] = []
  const restart: RestartChange[] = []
  for (const change of changes) {
    const because = restartReason(change, rules, previous, next)
    if (because === undefined) hot.push(change)
    else restart.push({ ...change, because })
  }
  return { hot, restart }
}

function restartReason(
  change: ConfigChange,
  { hot, restart, observed }: ClassifyRules,
  previous: unknown,
  next: unknown,
): string | undefined {
  const byHot = bestMatch(hot, change.path)
  const byRestart = bestMatch(restart, change.path)
  if (byRestart !== undefined && byRestart.literalCount >= (byHot?.literalCount ?? -1)) {
    return `listed as restart: ${byRestart.text}`
  }
  if (byHot !== undefined) return undefined
  const readers = observed.readersOf(change, previous, next)
  return readers.length === 0 ? undefined : `read at the start of ${readers.join(', ')}`
}
