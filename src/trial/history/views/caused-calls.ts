import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { LOAD_BEGAN, LOAD_ENDED } from '../marks/context.ts'
import { type DownstreamCall, downstreamCalls } from './downstream-calls.ts'

/** A call that one of our requests must have caused, and what it says of itself. */
export interface CausedCall {
  readonly call: DownstreamCall
  /** By the nonce that it carries on: proof, whatever its trace says. */
  readonly causedBy?: RequestEvent
  /** By its trace. */
  readonly saysItIsOf?: RequestEvent
}

/** A call that a handler makes without waiting for it begins before so long has passed since its answer. */
const STILL_ITS_CALL_MS = 250

/** What the service asked of its HTTP dependencies under load. */
export interface CausedCalls {
  readonly lifetime: Lifetime
  readonly answered: readonly RequestEvent[]
  readonly calls: readonly CausedCall[]
  /** Calls that may have been the service's own, such as those of a check: nothing ties them to a request. */
  readonly ownCount: number
  /** Requests that were on their way at the same time, at most. */
  readonly concurrency: number
}

/** @returns nothing for a lifetime without load */
export function causedCalls(lifetime: Lifetime): CausedCalls | undefined {
  const from = markedAt(lifetime, LOAD_BEGAN)
  if (from === undefined) return undefined
  const to = markedAt(lifetime, LOAD_ENDED) ?? lifetime.events.at(-1)?.at ?? from
  const requests = eventsOf(lifetime, 'request').filter(({ startedAt }) => startedAt >= from && startedAt <= to)
  const byTrace = new Map(requests.flatMap((request) => (request.trace ? [[request.trace.traceId, request]] : [])))
  const byNonce = new Map(requests.flatMap((request) => (request.nonce ? [[request.nonce, request]] : [])))
  const isNonce = nonceFinder(byNonce)
  const all = downstreamCalls(lifetime)
  // What the service asks for by itself, such as a check or what it had put aside for later, it also asks for before there
  // are requests, or when all have long been answered.
  const answeredAt = requests.reduce((last, { at }) => Math.max(last, at), from)
  const isUnasked = ({ at }: DownstreamCall): boolean => at < from || at > answeredAt + STILL_ITS_CALL_MS
  const usual = new Set(all.filter(isUnasked).map((call) => placeOf(call)))
  const calls: CausedCall[] = []
  let ownCount = 0
  for (const call of all) {
    if (call.at < from || call.at > to) continue
    const causedBy = isNonce(call.path)
    const saysItIsOf = byTrace.get(call.traceId ?? '')
    if (causedBy === undefined && saysItIsOf === undefined && usual.has(placeOf(call))) ownCount += 1
    else
      calls.push({ call, ...(causedBy !== undefined && { causedBy }), ...(saysItIsOf !== undefined && { saysItIsOf }) })
  }
  return {
    lifetime,
    answered: requests.filter(({ outcome }) => outcome === 'answered'),
    calls,
    ownCount,
    concurrency: concurrencyOf(requests),
  }
}

/** Finds the request whose nonce is in a text. Nonces of one lifetime are all as long as one another, or nearly. */
function nonceFinder(byNonce: ReadonlyMap<string, RequestEvent>): (text: string) => RequestEvent | undefined {
  return (text) => {
    for (const word of text.match(/[\w-]+/g) ?? []) {
      const request = byNonce.get(word)
      if (request !== undefined) return request
    }
    return undefined
  }
}

function placeOf({ dependency, method, path }: DownstreamCall): string {
  return JSON.stringify([dependency, method, path.split('?', 1)[0]])
}

function concurrencyOf(requests: readonly RequestEvent[]): number {
  const steps = requests
    .flatMap(({ startedAt, at }) => [
      { at: startedAt, by: 1 },
      { at, by: -1 },
    ])
    .toSorted((one, other) => one.at - other.at || one.by - other.by)
  let current = 0
  let most = 0
  for (const { by } of steps) {
    current += by
    most = Math.max(most, current)
  }
  return most
}
