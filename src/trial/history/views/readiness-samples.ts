import type { Facts } from '../../facts.ts'
import type { RequestEvent } from '../client-events.ts'
import type { ProbeEvent } from '../event.ts'
import { eventsOf, type Lifetime, markedAt } from '../lifetime.ts'
import { FROZEN } from '../marks/frozen.ts'
import { signalledAt } from './end-of-life.ts'
import { outagesOf } from './fault-windows.ts'
import { probesOf } from './probe-samples.ts'
import { hasFailed, hasSucceeded, isBusiness } from './request-success.ts'

/** What readiness said at a moment, beside how requests fared then. */
export interface ReadinessSample {
  readonly lifetime: number
  readonly at: number
  readonly saidReady: boolean
  readonly requestsSucceeded: boolean
  readonly requests: readonly number[]
}

/** Requests so much before or after a question belong to it. */
const NEAR_MS = 100
/** A request that took longer tells nothing of the moment at which it was sent. */
const TELLING_MS = 2000
/** How far readiness may lag when no manifest says how often it is asked: the period of a kubelet. */
const DEFAULT_LAG_MS = 10_000

/**
 * Each answer of readiness from the first yes to the signal, with the requests sent within 100 ms of it. Half of them failed:
 * they did not succeed. Answers that disagree are left out for as long after a change as a kubelet would take to see it.
 */
export function readinessSamples(lifetime: Lifetime, facts: Facts): ReadinessSample[] {
  const probes = probesOf(
    lifetime,
    'ready',
    -Infinity,
    Math.min(signalledAt(lifetime), markedAt(lifetime, FROZEN) ?? Infinity),
  )
  const firstYes = probes.findIndex(({ isSuccess }) => isSuccess)
  if (firstYes === -1) return []
  const requests = eventsOf(lifetime, 'request')
    .filter((request) => isBusiness(request) && request.at - request.startedAt <= TELLING_MS)
    .toSorted((one, other) => one.startedAt - other.startedAt)
  const lagMs = allowedLagMs(facts)
  const changes = changesOf(lifetime)
  const samples: ReadinessSample[] = []
  let changedAt = probes[firstYes]?.startedAt ?? 0
  let before: boolean | undefined
  for (const probe of probes.slice(firstYes)) {
    const sample = toSample(lifetime, probe, near(requests, probe.startedAt))
    if (sample === undefined) continue
    if (before !== undefined && before !== sample.requestsSucceeded) changedAt = sample.at
    before = sample.requestsSucceeded
    const lastChange = Math.max(changedAt, ...changes.filter((at) => at <= sample.at))
    const agrees = sample.saidReady === sample.requestsSucceeded
    if (agrees || sample.at - lastChange > lagMs) samples.push(sample)
  }
  return samples
}

/** When a dependency went away, or came back; away in another way is no news. */
function changesOf(lifetime: Lifetime): readonly number[] {
  const windows = outagesOf(lifetime)
  const begins = windows.map(({ from }) => from)
  const ends = windows.map(({ to }) => to)
  return [...begins.filter((at) => !ends.includes(at)), ...ends.filter((at) => !begins.includes(at))]
}

/** How long readiness may say what is no longer true, in milliseconds. */
export function allowedLagMs({ probes: { ready } }: Facts): number {
  return ready?.origin === 'manifest' ? ready.periodMs * ready.failureThreshold : DEFAULT_LAG_MS
}

function near(requests: readonly RequestEvent[], at: number): RequestEvent[] {
  let low = 0
  let high = requests.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((requests[middle]?.startedAt ?? 0) < at - NEAR_MS) low = middle + 1
    else high = middle
  }
  const found: RequestEvent[] = []
  for (let index = low; index < requests.length; index++) {
    const request = requests[index]
    if (request === undefined || request.startedAt > at + NEAR_MS) break
    found.push(request)
  }
  return found
}

function toSample(
  lifetime: Lifetime,
  probe: ProbeEvent,
  requests: readonly RequestEvent[],
): ReadinessSample | undefined {
  const failed = requests.filter(hasFailed)
  const succeeded = requests.filter(hasSucceeded)
  if (failed.length + succeeded.length === 0) return undefined
  return {
    lifetime: lifetime.id,
    at: probe.startedAt,
    saidReady: probe.isSuccess,
    requestsSucceeded: failed.length < succeeded.length,
    requests: failed.map(({ id }) => id),
  }
}
