/**
 * Why a target is missed, and what was tried: the only text of the page that is written by hand. By the id of the target (see
 * `targets.ts`), or by the major version of Node and the id where it differs: `'26 throughput-10'`. Shown only where the
 * measurement misses the target.
 */
export const REASONS: Readonly<Record<string, string>> = {}
