import { eventsOf, type Lifetime } from '../lifetime.ts'

/** Which of the two lives it is: the setting `step`. */
export type DirtyRestartStep = 'killed' | 'restarted'

/** A life that ended with SIGKILL, and the next one on the same port and files. */
export interface DirtyRestart {
  readonly killed: Lifetime
  readonly killedAt: number
  readonly restarted: Lifetime
  /** From the end of the one to the start of the other. */
  readonly gapMs: number
}

/** The two lives; `undefined` when the first was not killed by us, or no second one began. */
export function dirtyRestart(lifetimes: readonly Lifetime[]): DirtyRestart | undefined {
  const lived = (step: DirtyRestartStep): Lifetime | undefined =>
    lifetimes.find(({ settings }) => settings['step'] === step)
  const [killed, restarted] = [lived('killed'), lived('restarted')]
  if (killed === undefined || restarted === undefined) return undefined
  const kill = eventsOf(killed, 'signal').find(({ signal, why }) => signal === 'SIGKILL' && why === 'trial')
  const [exit] = eventsOf(killed, 'exited')
  const [spawned] = eventsOf(restarted, 'spawned')
  if (kill === undefined || exit?.signal !== 'SIGKILL' || spawned === undefined) return undefined
  const gapMs = restarted.startedAtUnixMs + spawned.at - (killed.startedAtUnixMs + exit.at)
  return { killed, killedAt: kill.at, restarted, gapMs }
}
