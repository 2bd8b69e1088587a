import type { Evidence } from '../../verdict/verdict.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import { describeExit, exitedByItself, lastLines } from './exits.ts'

/** Where the end of the process, or of its listener, is looked for. */
export interface RestartWindow {
  readonly from: number
  readonly to: number
  /** What happened at `from`: `the change`. */
  readonly after: string
  /** Why a closed port is no way to do it: `it restarts to reload`. */
  readonly because: string
}

/** That the process ended by itself, or closed its port: what a restart looks like from the outside. */
export function restartOf(lifetime: Lifetime, { from, to, after, because }: RestartWindow): Evidence[] {
  const exit = exitedByItself(lifetime)
  if (exit !== undefined && exit.at >= from && exit.at <= to) {
    return [
      {
        says: `The process ended with ${describeExit(exit)}, ${Math.round(exit.at - from)} ms after ${after}.`,
        seen: { lifetime: lifetime.id, from, to: exit.at },
        lines: lastLines(lifetime),
      },
    ]
  }
  const closed = eventsOf(lifetime, 'listening').find(({ what, at }) => what === 'closed' && at >= from && at <= to)
  if (closed === undefined) return []
  return [
    {
      says: `Its port ${closed.port} was closed ${Math.round(closed.at - from)} ms after ${after}: ${because}.`,
      seen: { lifetime: lifetime.id, from, to: closed.at },
    },
  ]
}
