import type { ConfigReport } from '../config/config-report.ts'
import type { Environment } from '../core/env-reader.ts'
import { askAdmin } from './ask-admin.ts'

/** More than a configuration of the largest files that are read. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Asks the admin port of a running service for its configuration.
 *
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE` when it does not answer, does not want to, or is none of ours
 */
export function askConfig(base: string, env: Environment): Promise<ConfigReport> {
  return askAdmin(base, { path: '/-/config', what: 'configuration', maxBytes: MAX_BYTES, read }, env)
}

function read(answer: unknown): ConfigReport | undefined {
  const value = answer as Partial<ConfigReport> | null | undefined
  const isOurs =
    typeof value?.generation === 'number' &&
    [value.files, value.pendingRestart, value.values].every((part) => Array.isArray(part))
  return isOurs ? (value as ConfigReport) : undefined
}
