import type { Clock } from '../core/clock.ts'
import { sleep } from '../core/wait.ts'
import type { FamilyMember, ProcessFamily } from './process-family.ts'

const POLL_MS = 10

/**
 * Ends every process of a family (SIGKILL) and nothing else. All are stopped first, so that none can start another
 * meanwhile; then it looks again until there is none.
 *
 * @returns those that were still there after `limitMs`: only what the kernel holds, or what we may not signal
 */
export async function endFamily(
  family: ProcessFamily,
  clock: Clock,
  limitMs: number,
): Promise<readonly FamilyMember[]> {
  const until = clock.now() + limitMs
  for (;;) {
    family.look({ whole: true })
    const members = family.members
    if (members.length === 0 || clock.now() > until) return members
    for (const member of members) family.signal(member, 'SIGSTOP')
    for (const member of members) family.signal(member, 'SIGKILL')
    await sleep(clock, POLL_MS)
  }
}
