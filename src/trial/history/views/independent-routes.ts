import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import { downstreamCalls } from './downstream-calls.ts'
import { isBusiness } from './request-success.ts'

/** The route of a request: without its query. */
export function routeOf({ method, path }: Pick<RequestEvent, 'method' | 'path'>): string {
  return `${method} ${path.split('?', 1)[0]}`
}

/**
 * Routes whose requests, sent from `from` to before `to`, made no call to a dependency. That is known only where calls can
 * be read and say whose they are, by their trace or by the text that they carry on: when one call that was made then says
 * nothing, and is none that the service also makes before anybody asks it for anything, no route is known to be independent.
 */
export function independentRoutes(
  lifetime: Lifetime,
  { from, to }: { readonly from: number; readonly to: number },
): string[] {
  const business = eventsOf(lifetime, 'request').filter(isBusiness)
  const begun = business.reduce((first, { startedAt }) => Math.min(first, startedAt), Infinity)
  const byTrace = new Map(business.flatMap((request) => (request.trace ? [[request.trace.traceId, request]] : [])))
  const byNonce = new Map(business.flatMap((request) => (request.nonce ? [[request.nonce, request]] : [])))
  const calls = downstreamCalls(lifetime)
  const own = new Set(calls.filter(({ at }) => at < begun).map(placeOf))
  const using = new Set<string>()
  for (const call of calls) {
    if (call.at < from || call.at >= to) continue
    const named = (call.path.match(/[\w-]+/g) ?? []).map((word) => byNonce.get(word)).find((one) => one !== undefined)
    const request = byTrace.get(call.traceId ?? '') ?? named
    if (request !== undefined) using.add(routeOf(request))
    else if (!own.has(placeOf(call))) return []
  }
  if (using.size === 0) return []
  const asked = business.filter(({ startedAt }) => startedAt >= from && startedAt < to).map(routeOf)
  return [...new Set(asked)].filter((route) => !using.has(route))
}

function placeOf({ dependency, method, path }: { dependency: string; method: string; path: string }): string {
  return JSON.stringify([dependency, method, path.split('?', 1)[0]])
}
