import { createHash } from 'node:crypto'
import { isPlainObject } from '../config-tree.ts'
import { SecretGuard } from '../secret-guard.ts'
import type { ReloadableConfig } from './reloadable-config.ts'

const SHOWN_DIGITS = 16

/** A hash of what may be shown of a configuration. Two that differ in secrets only have the same. */
export function shownHash(loaded: ReloadableConfig<unknown>): string {
  const shown =
    loaded.explain?.().map(({ path, value }) => [path, value]) ?? new SecretGuard([]).redact(loaded.value, [])
  const text = JSON.stringify(shown, (_, value: unknown) => comparable(value)) ?? ''
  return createHash('sha256').update(text).digest('hex').slice(0, SHOWN_DIGITS)
}

/** As JSON can say it, and keys in one order: in which they were written makes no difference. */
function comparable(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (!isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
