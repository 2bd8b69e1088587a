import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { STRETCH_BEGAN, STRETCHES_ENDED } from '../marks/slow-dependency.ts'
import { independentRoutes, routeOf } from './independent-routes.ts'
import { probesOf } from './probe-samples.ts'
import { hasFailed, isBusiness } from './request-success.ts'

/** One answer, or none. */
export interface Sample {
  /** When it was due. */
  readonly at: number
  readonly tookMs: number
  readonly isBad: boolean
}

/** What an arm of something that doesn't use the dependency was like: its samples, in blocks of a second. */
export interface Bystander {
  /** `GET /about`, or `the probe /livez`. */
  readonly name: string
  readonly fast: readonly (readonly Sample[])[]
  readonly slow: readonly (readonly Sample[])[]
}

/** A lifetime in which a dependency was fast, slow, and fast again. */
export interface SlowDependency {
  readonly dependency: string
  readonly lifetime: Lifetime
  readonly from: number
  readonly to: number
  readonly bystanders: readonly Bystander[]
  /** Of the other requests, when the dependency was fast and when it was slow. */
  readonly fast: readonly RequestEvent[]
  readonly slow: readonly RequestEvent[]
}

interface Stretch {
  readonly isSlow: boolean
  /** Since when it counts. */
  readonly from: number
  readonly to: number
}

const BLOCK_MS = 1000

/** @returns nothing for a lifetime in which the dependency was not both */
export function slowDependencyOf(lifetime: Lifetime): SlowDependency | undefined {
  const stretches = stretchesOf(lifetime)
  const [first] = stretches
  const to = stretches.at(-1)?.to
  if (first === undefined || to === undefined || !stretches.some(({ isSlow }) => isSlow)) return undefined
  const business = eventsOf(lifetime, 'request').filter(isBusiness)
  const independent = independentRoutes(lifetime, first)
  const routes = independent.map((route) => {
    const samples = business
      .filter((request) => routeOf(request) === route)
      .map((request) => ({
        at: request.intendedAt,
        tookMs: request.at - request.intendedAt,
        isBad: hasFailed(request) || request.outcome === 'unsettled',
      }))
    return bystander(route, samples, stretches)
  })
  const probes = probesOf(lifetime, 'live')
  const [probe] = probes
  const asked = probes.map(({ startedAt: at, at: until, isSuccess }) => ({ at, tookMs: until - at, isBad: !isSuccess }))
  const others = business.filter((request) => !independent.includes(routeOf(request)))
  const during = (isSlow: boolean): RequestEvent[] =>
    others.filter(({ intendedAt }) =>
      stretches.some((each) => each.isSlow === isSlow && intendedAt >= each.from && intendedAt < each.to),
    )
  return {
    dependency: String(lifetime.settings['dependency'] ?? ''),
    lifetime,
    from: first.from,
    to,
    bystanders: [...routes, ...(probe === undefined ? [] : [bystander(`the probe ${probe.path}`, asked, stretches)])],
    fast: during(false),
    slow: during(true),
  }
}

function stretchesOf(lifetime: Lifetime): Stretch[] {
  const marks = eventsOf(lifetime, 'mark').filter(({ name }) => name === STRETCH_BEGAN || name === STRETCHES_ENDED)
  const end = markedAt(lifetime, STRETCHES_ENDED) ?? lifetime.events.at(-1)?.at ?? 0
  return marks.flatMap(({ name, at, data }, index) => {
    if (name !== STRETCH_BEGAN) return []
    const to = marks[index + 1]?.at ?? end
    const from = at + Number(data['countsFrom'] ?? 0)
    return from < to ? [{ isSlow: data['arm'] === 'slow', from, to }] : []
  })
}

function bystander(name: string, samples: readonly Sample[], stretches: readonly Stretch[]): Bystander {
  const blocksOf = (isSlow: boolean): Sample[][] =>
    stretches
      .filter((stretch) => stretch.isSlow === isSlow)
      .flatMap(({ from, to }) => {
        const counted = samples.filter(({ at }) => at >= from && at < to)
        return [...Map.groupBy(counted, ({ at }) => Math.floor((at - from) / BLOCK_MS)).values()]
      })
  return { name, fast: blocksOf(false), slow: blocksOf(true) }
}
