import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import {
  FULL_RATE_BEGAN,
  FULL_RATE_ENDED,
  FULL_RATE_PART,
  HEALTHY,
  MEASURING_BEGAN,
  PAIR_PART,
  SENDING_ENDED,
} from '../marks/dead-collector.ts'
import { STEADY_BEGAN } from '../marks/outage.ts'
import { COLLECTOR, faultWindows } from './fault-windows.ts'
import { logVolume, type LogVolume } from './log-volume.ts'

/** What was written while something that the service needs was away. */
export interface FailureVolume {
  /** `while "db" was away (refuse)`. */
  readonly when: string
  readonly volume: LogVolume
  /** What it writes when all is well, in lives like this one; empty where none was seen. */
  readonly usual: readonly LogVolume[]
}

/** Ways of being away; a dependency that has forgotten its connections is there. */
const AWAY = new Set(['refuse', 'reset', 'blackhole'])

/** Each time in which a dependency was away that the service was seen to use, or the collector to which it exports. */
export function failureVolumes(lifetimes: readonly Lifetime[]): FailureVolume[] {
  return [...lifetimes.flatMap(withoutDependency), ...withoutCollector(lifetimes)]
}

function withoutDependency(lifetime: Lifetime): FailureVolume[] {
  const steadyFrom = markedAt(lifetime, STEADY_BEGAN)
  if (steadyFrom === undefined) return []
  const windows = faultWindows(lifetime, (target) => target !== COLLECTOR).filter(({ fault }) => AWAY.has(fault))
  const usual = windows.slice(0, 1).map(({ from }) => logVolume(lifetime, steadyFrom, from))
  const used = eventsOf(lifetime, 'dependency')
  return windows
    .filter(({ target, to }) => used.some(({ dependency, at }) => dependency === target && at < to))
    .map(({ target, fault, from, to }) => ({
      when: `while "${target}" was away (${fault})`,
      volume: logVolume(lifetime, from, to),
      usual,
    }))
}

function withoutCollector(lifetimes: readonly Lifetime[]): FailureVolume[] {
  const lived = lifetimes.filter(
    ({ settings }) => settings['part'] === PAIR_PART || settings['part'] === FULL_RATE_PART,
  )
  // A port that refuses hears nothing: that the service exports at all is seen by the others.
  if (!lived.some((lifetime) => eventsOf(lifetime, 'export').some(({ fault }) => fault !== undefined))) return []
  const isHealthy = ({ settings }: Lifetime): boolean => settings['collector'] === HEALTHY
  const usual = lived.filter(isHealthy).flatMap((lifetime) => measured(lifetime))
  return lived
    .filter((lifetime) => !isHealthy(lifetime))
    .flatMap((lifetime) =>
      measured(lifetime).map((volume) => ({
        when: `while the collector was away (${lifetime.label})`,
        volume,
        usual,
      })),
    )
}

function measured(lifetime: Lifetime): LogVolume[] {
  const isAtFullRate = lifetime.settings['part'] === FULL_RATE_PART
  const from = markedAt(lifetime, isAtFullRate ? FULL_RATE_BEGAN : MEASURING_BEGAN)
  const to = markedAt(lifetime, isAtFullRate ? FULL_RATE_ENDED : SENDING_ENDED)
  return from === undefined || to === undefined ? [] : [logVolume(lifetime, from, to)]
}
