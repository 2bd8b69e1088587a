import type { Facts } from './facts.ts'

/** Why no dependency can be taken away, in words for a user; `undefined` when one can. */
export function withoutDependency({ dependencies }: Facts): string | undefined {
  return dependencies.length === 0 ? 'No dependency is known: say one with --dep db=DATABASE_URL' : undefined
}
