import { percentile } from '../../verdict/statistics/percentile.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import {
  SATURATING_LOAD,
  SATURATION_BEGAN,
  SATURATION_ENDED,
  SINGLE_BEGAN,
  SINGLE_LOAD,
} from '../marks/saturated-probes.ts'

/** A time in which a service had as many requests as it answers. */
export interface Saturation {
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  readonly answeredCount: number
  /** Median of one request at a time, and of many. */
  readonly singleMs: number
  readonly manyMs: number
  /** Processors that the service filled. */
  readonly processors: number
}

/** `undefined` where it did not come to that. */
export function saturationOf(lifetime: Lifetime): Saturation | undefined {
  const singleFrom = markedAt(lifetime, SINGLE_BEGAN)
  const from = markedAt(lifetime, SATURATION_BEGAN)
  const to = markedAt(lifetime, SATURATION_ENDED)
  if (singleFrom === undefined || from === undefined || to === undefined) return undefined
  const tookMs = (load: string, since: number): number[] =>
    eventsOf(lifetime, 'request')
      .filter((each) => each.load === load && each.outcome === 'answered' && each.at >= since && each.at <= to)
      .map(({ at, startedAt }) => at - startedAt)
  const many = tookMs(SATURATING_LOAD, from)
  const readings = eventsOf(lifetime, 'reading').filter(({ at }) => at >= from && at <= to)
  const [first] = readings
  const last = readings.at(-1)
  return {
    lifetime,
    from,
    to,
    answeredCount: many.length,
    singleMs: percentile(tookMs(SINGLE_LOAD, singleFrom), 0.5) ?? 0,
    manyMs: percentile(many, 0.5) ?? 0,
    processors:
      first === undefined || last === undefined || last.at === first.at
        ? 0
        : (last.cpuMs - first.cpuMs) / (last.at - first.at),
  }
}
