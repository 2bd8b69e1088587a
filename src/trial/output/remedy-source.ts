import type { Facts } from '../facts.ts'
import type { Remedy } from '../trial.ts'

/** Where somebody finds how to mend it: a part of the runtime, or what is known of the language. */
export interface RemedySource {
  readonly label: 'with' | 'see'
  readonly text: string
  /** Below `docs/`. */
  readonly page: string
}

const NODE = /(?:^|[\s/])(?:node|npm|npx|pnpm|yarn|tsx|bun|deno)(?:$|\s)/

/** Of a service in another language the runtime mends nothing. */
export function remedySource({ feature, page }: Remedy, facts: Facts): RemedySource {
  return isForNode(facts)
    ? { label: 'with', text: feature, page }
    : { label: 'see', text: 'the traps of its language', page: 'guide/trial.md' }
}

function isForNode({ telemetry: { language }, command }: Facts): boolean {
  return language === undefined ? command.some((word) => NODE.test(word)) : language === 'nodejs'
}
