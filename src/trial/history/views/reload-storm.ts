import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { EFFECT_WATCHED, LAST_CHANGED, STORM_BEGAN, STORM_READY, STORM_SETTLED } from '../marks/reload-storm.ts'
import { OBSERVE_LOAD } from '../marks/reload.ts'
import type { ReadingEvent } from '../process-events.ts'
import { isBusiness } from './request-success.ts'

/** Reloads in quick succession, and what was seen around them. */
export interface ReloadStorm {
  readonly lifetime: Lifetime
  readonly from: number
  readonly lastChangedAt: number
  readonly watchedUntil: number
  /** Changes of the file. */
  readonly count: number
  /** What an answer must hold after the last one. */
  readonly expects: string
  /** What answers held before the storm, the newest last: of a change that was made and taken back. */
  readonly seenBefore: readonly RequestEvent[]
  /** When the last value was seen after the last change; absent when it never was. */
  readonly effectAt?: number
  /** The newest answer about the configuration. */
  readonly lastSeen?: RequestEvent
  /** Ordinary requests, while everything was quiet and since the storm began. */
  readonly quiet: readonly RequestEvent[]
  readonly requests: readonly RequestEvent[]
  /** Without load; absent when the kernel gave no figures. */
  readonly before?: ReadingEvent
  readonly after?: ReadingEvent
}

/** A reading belongs to a mark when it was taken so long before it, at most. */
const NEAR_MS = 2000

/** @returns nothing for a lifetime in which the storm did not come to its end */
export function reloadStormOf(lifetime: Lifetime): ReloadStorm | undefined {
  const from = markedAt(lifetime, STORM_BEGAN)
  const last = eventsOf(lifetime, 'mark').find(({ name }) => name === LAST_CHANGED)
  if (from === undefined || last === undefined) return undefined
  const watchedUntil = markedAt(lifetime, EFFECT_WATCHED) ?? lifetime.events.at(-1)?.at ?? last.at
  const expects = String(last.data['expects'] ?? '')
  const all = eventsOf(lifetime, 'request')
  const observed = all.filter(({ load, outcome }) => load === OBSERVE_LOAD && outcome === 'answered')
  const afterwards = observed.filter(({ startedAt }) => startedAt >= last.at)
  const effectAt = afterwards.find(({ body }) => body?.includes(expects) === true)?.at
  const lastSeen = afterwards.at(-1)
  const business = all.filter((request) => isBusiness(request))
  const before = readingAt(lifetime, markedAt(lifetime, STORM_READY))
  const after = readingAt(lifetime, markedAt(lifetime, STORM_SETTLED))
  return {
    lifetime,
    from,
    lastChangedAt: last.at,
    watchedUntil,
    count: Number(last.data['count'] ?? 0),
    expects,
    seenBefore: observed.filter(({ at }) => at < from),
    quiet: business.filter(({ at }) => at < from),
    requests: business.filter(({ at }) => at >= from && at <= watchedUntil),
    ...(effectAt === undefined ? {} : { effectAt }),
    ...(lastSeen === undefined ? {} : { lastSeen }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  }
}

/** One without a process is none: a service that answers has one, and the kernel's figures were not found. */
function readingAt(lifetime: Lifetime, at = -Infinity): ReadingEvent | undefined {
  return eventsOf(lifetime, 'reading').findLast(
    (reading) =>
      reading.sockets !== undefined && reading.processCount > 0 && reading.at <= at && reading.at > at - NEAR_MS,
  )
}
