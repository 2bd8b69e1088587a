/**
 * Every error code of Seaworthy and what it means. A public contract: a code is never reused and never changes its
 * meaning; a retired one stays listed. The reference page `docs/reference/errors.md` is generated from this table.
 */
export const ERRORS = {
  SEA_OPTIONS_INVALID: 'An option has a wrong type, a value out of range, or a name that does not exist.',
  SEA_ENV_INVALID: 'An environment variable with a fixed meaning holds a value that does not parse.',
  SEA_CATALOGUE_INVALID: 'A file in a catalogue folder does not export what the catalogue expects.',
} as const satisfies Record<`SEA_${string}`, string>

export type ErrorCode = keyof typeof ERRORS
