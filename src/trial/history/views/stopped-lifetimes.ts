import type { Facts } from '../../facts.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import type { StopConditions } from './failed-requests.ts'
import { stopOf } from './stop-moments.ts'
import { endpointLagMsOf, wireDelayMsOf } from './stop-settings.ts'

/** A lifetime that was ended by a signal while it ran. */
export interface StoppedLifetime extends StopConditions {
  readonly lifetime: Lifetime
  readonly wireDelayMs: number
}

/** The lifetimes that were stopped, and why the others can't be judged. */
export interface StoppedLifetimes {
  readonly stopped: readonly StoppedLifetime[]
  /** A sentence for each lifetime that was not stopped; one when there is none at all. */
  readonly problems: readonly string[]
}

export function stoppedLifetimes(lifetimes: readonly Lifetime[], facts: Facts): StoppedLifetimes {
  const stopped: StoppedLifetime[] = []
  const problems = lifetimes.length === 0 ? ['no lifetime of the service was watched'] : []
  for (const lifetime of lifetimes) {
    const stop = stopOf(lifetime)
    if (stop === undefined || (stop.exit !== undefined && stop.exit.at < stop.signalledAt)) {
      problems.push(`${lifetime.label}: the process that was started had ended before the signal`)
      continue
    }
    stopped.push({
      lifetime,
      stop,
      wireDelayMs: wireDelayMsOf(lifetime, facts),
      endpointLagMs: endpointLagMsOf(lifetime, facts),
    })
  }
  return { stopped, problems }
}

/** Something of the service that still answers after the process that was started has ended: nothing was stopped then. */
export function whatGoesOn({ lifetime, stop }: StoppedLifetime): string | undefined {
  const serving = eventsOf(lifetime, 'left-behind').find(({ ports }) => ports.length > 0)
  if (serving !== undefined) return `process ${serving.pid} went on serving`
  const { exit } = stop
  const answered = eventsOf(lifetime, 'request').filter(
    (request) => exit !== undefined && request.outcome === 'answered' && request.startedAt > exit.at,
  )
  return answered.length === 0 ? undefined : `${answered.length} requests were answered after the end of the process`
}
