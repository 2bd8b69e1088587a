import { readFileSync } from 'node:fs'

/** The version of this package; `bundled` where its manifest is not beside it, because a bundler has taken it apart. */
export function ownVersion(): string {
  try {
    const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    const { name, version } = manifest as { readonly name?: unknown; readonly version?: unknown }
    if (name === 'seaworthy' && typeof version === 'string') return version
  } catch {
    // Who reads it can do without.
  }
  return 'bundled'
}
