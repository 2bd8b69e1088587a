import type { Clock } from '../../core/clock.ts'
import { sleep } from '../../core/wait.ts'
import type { Door } from './ask.ts'
import { type ChosenDoor, chooseDoor, type DoorChoice, isForRequests } from './choose-door.ts'
import type { Doors } from './find-doors.ts'

/**
 * Readiness may say yes on a port of its own before we have seen the port for requests: it was opened a moment ago, and on a
 * busy machine takes long to answer.
 */
const MORE_DOORS_MS = 2000
const PAUSE_MS = 20

export interface DoorWait {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly isRunning: () => boolean
}

/** The port for requests, after a while where only ports for probes are known, and all that were known then. */
export async function findDoor(
  doors: Pick<Doors, 'all'>,
  choice: Omit<DoorChoice, 'doors'>,
  { clock, signal, isRunning }: DoorWait,
): Promise<{ readonly all: readonly Door[]; readonly chosen: ChosenDoor | undefined }> {
  const until = clock.now() + MORE_DOORS_MS
  for (;;) {
    const all = await doors.all()
    const among = { ...choice, doors: all }
    const chosen = chooseDoor(among)
    const isFound = chosen !== undefined && isForRequests(chosen, among)
    if (isFound || clock.now() >= until || signal.aborted || !isRunning()) return { all, chosen }
    await sleep(clock, PAUSE_MS, { signal })
  }
}
