import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { RECOVERY_WATCHED, STEADY_BEGAN } from '../marks/outage.ts'
import { COLLECTOR, type FaultWindow, faultWindows } from './fault-windows.ts'

/** A time in which a dependency was away, one way after another, and the time around it. */
export interface Outage {
  readonly dependency: string
  readonly lifetime: Lifetime
  /** Since when everything worked under load. */
  readonly steadyFrom: number
  readonly from: number
  /** When the dependency was there again. */
  readonly to: number
  /** Until when it was watched after that. */
  readonly watchedUntil: number
  /** The ways in which it was away, in order. */
  readonly faults: readonly FaultWindow[]
}

/** Ways of being away: a dependency that is slow, or has forgotten its connections, is there. */
const AWAY = new Set(['refuse', 'reset', 'blackhole'])

/** The outage of a lifetime; `undefined` when there was none, or it did not get as far as its end. */
export function outageOf(lifetime: Lifetime): Outage | undefined {
  const steadyFrom = markedAt(lifetime, STEADY_BEGAN)
  const faults = faultWindows(lifetime, (target) => target !== COLLECTOR).filter(({ fault }) => AWAY.has(fault))
  const [first] = faults
  const last = faults.at(-1)
  if (steadyFrom === undefined || first === undefined || last === undefined) return undefined
  const lifted = eventsOf(lifetime, 'fault').some(
    ({ target, fault, at }) => target === last.target && fault === 'none' && at >= last.to,
  )
  if (!lifted) return undefined
  const watchedUntil = markedAt(lifetime, RECOVERY_WATCHED) ?? lifetime.events.at(-1)?.at ?? last.to
  return { dependency: first.target, lifetime, steadyFrom, from: first.from, to: last.to, watchedUntil, faults }
}

/** When the service dialled the dependency from `from` to before `to`. */
export function dialsOf({ lifetime, dependency }: Outage, from: number, to: number): number[] {
  return eventsOf(lifetime, 'dependency')
    .filter((event) => event.dependency === dependency && event.what === 'dialled' && event.at >= from && event.at < to)
    .map(({ at }) => at)
}

/** Whether the service was seen to use the dependency before it went away. */
export function usedDependency({ lifetime, dependency, from }: Outage): boolean {
  return eventsOf(lifetime, 'dependency').some((event) => event.dependency === dependency && event.at < from)
}
