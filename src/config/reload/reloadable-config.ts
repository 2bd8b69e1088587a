import type { ConfigPath } from '../config-path.ts'
import { treeOf } from '../config-tree.ts'
import type { ConfigEntry } from '../explanation.ts'
import { SecretGuard } from '../secret-guard.ts'

/** What a load gives. `loadConfig()` gives all of it; a load of one's own at least the value. */
export interface ReloadableConfig<T> {
  /** A frozen copy of it comes into force. */
  readonly value: T
  /** Absolute paths of the files that were read, those that may be absent among them. They are watched from then on. */
  readonly files?: readonly string[]
  /** Every value as it may be shown. */
  explain?(): readonly ConfigEntry[]
  /** The same as a text. */
  describe?(): string
  /** A text without any secret of this configuration. */
  scrub?(text: string): string
  /**
   * This configuration, checked anew with the input at `paths` as it was in `previous`. Without it, or when it resolves
   * to `undefined`, nothing of a change that needs a restart is applied.
   */
  keep?(paths: readonly ConfigPath[], previous: ReloadableConfig<T>): Promise<ReloadableConfig<T> | undefined>
}

/** A text that others wrote, on one line and without the secrets of a configuration. */
export function scrubbed(text: string, loaded: ReloadableConfig<unknown>): string {
  if (loaded.scrub !== undefined) return loaded.scrub(text)
  const guard = new SecretGuard([])
  guard.learn(treeOf(loaded.value, { source: 'defaults' }))
  return guard.scrub(text)
}
