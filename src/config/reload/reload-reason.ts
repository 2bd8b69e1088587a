import { isSeaworthyError } from '../../core/seaworthy-error.ts'
import { type ReloadableConfig, scrubbed } from './reloadable-config.ts'

const MAX_REASON_LENGTH = 2_000

/** Why a reload failed, as it may be shown: no secret of any of these configurations is in it. */
export function showReason(thrown: unknown, known: readonly ReloadableConfig<unknown>[]): string {
  // Its message has a line for each problem and is without secrets already; what others wrote goes on one line.
  const lines = isSeaworthyError(thrown) ? thrown.message.split('\n') : [textOf(thrown)]
  const text = lines.map((line) => known.reduce((safe, loaded) => scrubbed(safe, loaded), line)).join('\n')
  return text.length > MAX_REASON_LENGTH ? `${text.slice(0, MAX_REASON_LENGTH)}…` : text
}

/** What a thrown value says. It may be anything, with a message that can't be read. */
export function textOf(thrown: unknown): string {
  try {
    if (typeof thrown === 'string' && thrown !== '') return thrown
    if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message
  } catch {
    // A getter of whoever has thrown it.
  }
  return 'failed without an error'
}
