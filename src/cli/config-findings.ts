import { isSeaworthyError } from '../core/seaworthy-error.ts'
import type { CommandContext } from './command.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { loadByFlags } from './configuration-flags.ts'

/** A configuration that is valid, or the lines that say why it is not. */
export type CheckedConfig =
  | { readonly loaded: LoadedConfig<unknown>; readonly problems?: undefined }
  | { readonly problems: readonly string[]; readonly text: string; readonly loaded?: undefined }

/** @throws {@link SeaworthyError} `SEA_CLI_USAGE` for wrong flags */
export async function checkByFlags(context: Pick<CommandContext, 'options' | 'cwd' | 'env'>): Promise<CheckedConfig> {
  try {
    return { loaded: await loadByFlags(context) }
  } catch (error) {
    if (!isSeaworthyError(error, 'SEA_CONFIG_INVALID')) throw error
    return { problems: error.message.split('\n  - ').slice(1), text: error.message }
  }
}
