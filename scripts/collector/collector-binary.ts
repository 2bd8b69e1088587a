import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const BUILDER_CONFIG = fileURLToPath(new URL('builder.yaml', import.meta.url))

/**
 * Where the built Collector lies: in the user's cache, by what it is built from, so that every clone on a machine shares
 * it and a change of `builder.yaml` builds another.
 */
export function collectorBinary(): string {
  const hash = createHash('sha256').update(readFileSync(BUILDER_CONFIG)).digest('hex').slice(0, 16)
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'seaworthy', `otelcol-${hash}`)
}

/** The Collector's version, and that of its builder. */
export function collectorVersion(): string {
  const version = /^ {2}version: (.+)$/m.exec(readFileSync(BUILDER_CONFIG, 'utf8'))?.[1]
  if (version === undefined) throw new Error(`${BUILDER_CONFIG} has no dist.version`)
  return version
}
