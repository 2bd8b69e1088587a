import { ProcessFamily } from './process-family.ts'

/** As often as a process may start another while it is looked for. */
const ROUNDS = 5

/**
 * Ends every process that carries the marker (SIGKILL), before it returns: for the end of our own process, when nothing
 * can be waited for any more. Needs `/proc`; elsewhere it does nothing.
 */
export function killFamilyNow(marker: string): void {
  const family = new ProcessFamily({ marker })
  for (let round = 0; round < ROUNDS; round++) {
    family.look({ whole: true })
    const { members } = family
    if (members.length === 0) return
    for (const member of members) family.signal(member, 'SIGSTOP')
    for (const member of members) family.signal(member, 'SIGKILL')
  }
}
