import { eventsOf, type Lifetime } from '../lifetime.ts'

const NOT_ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGSTOP', 'SIGCONT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'])

/** When the service was told to end, or was killed by us; endless when it never was. */
export function signalledAt(lifetime: Lifetime): number {
  return eventsOf(lifetime, 'signal').find(({ signal }) => !NOT_ENDING.has(signal))?.at ?? Infinity
}

/** When the service was told to end, or ended by itself; what is asked later says nothing of its health. */
export function stoppedAt(lifetime: Lifetime): number {
  return Math.min(signalledAt(lifetime), eventsOf(lifetime, 'exited')[0]?.at ?? Infinity)
}
