import type { Facts } from './facts.ts'

/** Why no reload can be tried, in words for a user; `undefined` when one can. */
export function withoutReload({ reload }: Facts): string | undefined {
  return reload === undefined
    ? 'No reload was declared: if the service reloads its configuration, say it with --reload "config.json blue=>green /colour"'
    : undefined
}
