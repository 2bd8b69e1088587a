import type { Facts } from '../../../src/trial/facts.ts'
import type { HistoryEvent, ProbeEvent } from '../../../src/trial/history/event.ts'
import type { Lifetime } from '../../../src/trial/history/lifetime.ts'
import { RECOVERY_WATCHED, STEADY_BEGAN } from '../../../src/trial/history/marks/outage.ts'
import { makeFacts, makeLifetime, makeRequest } from '../samples.ts'

/** Steady from 1 s, away from 3 s (refused, cut, silent) to 16 s, watched until 24 s. */
export const AWAY_AT = 3000
export const BACK_AT = 16_000
const END_AT = 24_000

export const OUTAGE_FACTS: Facts = makeFacts({
  dependencies: [{ name: 'db', variable: 'DB', template: '', host: '::1', port: 1, protocol: 'tcp', origin: 'flag' }],
  probes: {
    ready: probeFact('/readyz'),
    live: probeFact('/livez'),
  },
})

function probeFact(path: string) {
  return {
    path,
    port: 8080,
    origin: 'flag',
    periodMs: 1000,
    timeoutMs: 1000,
    failureThreshold: 2,
    initialDelayMs: 0,
  } as const
}

export interface OutageStory {
  /** Whether a request that is sent at this moment succeeds. */
  readonly succeeds?: (at: number) => boolean
  readonly isReady?: (at: number) => boolean
  readonly isLive?: (at: number) => boolean
  /** Moments at which the dependency is dialled. */
  readonly dials?: readonly number[]
  readonly exitAt?: number
  readonly watchedUntil?: number
  readonly isBack?: boolean
}

export const isAway = (at: number): boolean => at >= AWAY_AT && at < BACK_AT

/** Twenty requests and five probes a second. */
export function outageLifetime(story: OutageStory = {}): Lifetime {
  const {
    succeeds = (at) => !isAway(at),
    isReady = (at) => !isAway(at - 1000),
    isLive = () => true,
    dials = [1100, 5000, 9000, 9500, 10_500, 12_500, 16_100],
    exitAt,
    watchedUntil = END_AT,
    isBack = true,
  } = story
  const events: HistoryEvent[] = [
    { kind: 'mark', at: 1000, name: STEADY_BEGAN, data: {} },
    fault(AWAY_AT, 'refuse'),
    fault(8000, 'reset'),
    fault(11_000, 'blackhole'),
    ...(isBack ? [fault(BACK_AT, 'none')] : []),
    { kind: 'mark', at: watchedUntil, name: RECOVERY_WATCHED, data: {} },
    ...dials.map((at, connection): HistoryEvent => ({
      kind: 'dependency',
      at,
      dependency: 'db',
      connection,
      what: 'dialled',
    })),
  ]
  const last = exitAt ?? watchedUntil
  for (let at = 1000; at < last; at += 50)
    events.push(makeRequest({ id: at, at: at + 10, startedAt: at, status: succeeds(at) ? 200 : 503 }))
  for (let at = 1000; at < last; at += 200) {
    events.push(probe(at, 'ready', isReady(at)), probe(at, 'live', isLive(at)))
  }
  if (exitAt !== undefined) events.push({ kind: 'exited', at: exitAt, code: 1, signal: null })
  return makeLifetime(events, { voyage: 'outage', settings: { dependency: 'db' } })
}

function fault(at: number, name: string): HistoryEvent {
  return { kind: 'fault', at, target: 'db', fault: name }
}

function probe(at: number, name: ProbeEvent['probe'], isSuccess: boolean): ProbeEvent {
  return {
    kind: 'probe',
    at: at + 5,
    startedAt: at,
    probe: name,
    path: `/${name}`,
    port: 8080,
    status: isSuccess ? 200 : 503,
    isSuccess,
  }
}
