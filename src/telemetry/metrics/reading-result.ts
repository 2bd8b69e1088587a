import type { BatchObservableResult } from '@opentelemetry/api'

/** A symbol, so that no callback of a service meets it by chance. */
export const READER = Symbol('reader')

/** What callbacks get: as the API has it, and which reader it is for. */
export interface ReadingResult extends BatchObservableResult {
  readonly [READER]: object
}

/** Of a meter that is not ours: one reader, as far as can be known. */
const SOME_READER = {}

/**
 * Whose collection a callback is called for: always the same object for the same reader. What is measured "since the
 * collection before" is that of the same reader only, or a scrape would change what is sent.
 */
export function readerOf(result: BatchObservableResult): object {
  return READER in result ? (result as ReadingResult)[READER] : SOME_READER
}
