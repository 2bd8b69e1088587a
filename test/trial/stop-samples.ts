import type { ConnectionEvent, RequestEvent } from '../../src/trial/history/client-events.ts'
import type { HistoryEvent, ProbeEvent } from '../../src/trial/history/event.ts'
import type { Lifetime, LifetimeSettings } from '../../src/trial/history/lifetime.ts'
import type { ExitedEvent, SignalEvent } from '../../src/trial/history/process-events.ts'
import type { MetricEvent } from '../../src/trial/history/telemetry-events.ts'
import { makeLifetime, makeRequest, makeSpan, SENDER } from './samples.ts'

/** When the signal of {@link makeStop} comes, its listener closes, and its process ends. */
export const SIGNALLED_AT = 2000
export const CLOSED_AT = 3000
export const EXITED_AT = 3500

/** What is different about a stop. `false` or `undefined` leaves it out. */
export interface StopChanges {
  readonly requests?: readonly RequestEvent[]
  readonly inFlight?: number
  readonly idle?: number
  readonly fresh?: number
  readonly signal?: Partial<SignalEvent> | false
  readonly closedAt?: number | false
  readonly exit?: Partial<ExitedEvent> | false
  readonly events?: readonly HistoryEvent[]
  readonly settings?: LifetimeSettings
  readonly label?: string
  readonly id?: number
  readonly voyage?: string
  readonly droppedEvents?: Lifetime['droppedEvents']
}

/**
 * A stop as it should be: 4 slow requests in flight at the signal, 5 idle kept connections that are told to go, 10 new
 * connections after it, the listener closed a second after it, code 0 half a second later. Wire delay 25 ms.
 */
export function makeStop(changes: StopChanges = {}): Lifetime {
  const { inFlight = 4, idle = 5, fresh = 10, closedAt = CLOSED_AT } = changes
  const events: HistoryEvent[] = [
    { kind: 'spawned', at: 0, pid: 42, command: 'node server.js', isPid1: false },
    { kind: 'listening', at: 100, what: 'opened', port: 8080, host: '127.0.0.1', pid: 42, resolutionMs: 5 },
    ...slowRequests(inFlight),
    ...idleConnections(idle),
    ...freshRequests(fresh),
    ...(changes.requests ?? []),
    ...(changes.events ?? []),
  ]
  if (changes.signal !== false) {
    events.push({ kind: 'signal', at: SIGNALLED_AT, signal: 'SIGTERM', why: 'trial', ...changes.signal })
  }
  if (closedAt !== false) {
    events.push({
      kind: 'listening',
      at: closedAt,
      what: 'closed',
      port: 8080,
      host: '127.0.0.1',
      pid: 42,
      resolutionMs: 5,
    })
  }
  if (changes.exit !== false) events.push({ kind: 'exited', at: EXITED_AT, code: 0, signal: null, ...changes.exit })
  return makeLifetime(events, {
    voyage: changes.voyage ?? 'stop-under-load',
    label: changes.label ?? 'cycle 1',
    id: changes.id ?? 0,
    settings: { port: 8080, wireDelayMs: 25, endpointLagMs: 500, ...changes.settings },
    ...(changes.droppedEvents === undefined ? {} : { droppedEvents: changes.droppedEvents }),
  })
}

function slowRequests(count: number): RequestEvent[] {
  return Array.from({ length: count }, (_, index) =>
    makeRequest({
      id: 1000 + index,
      load: 'slow',
      path: '/slow',
      connection: 1000 + index,
      startedAt: SIGNALLED_AT - 25,
      at: SIGNALLED_AT + 800,
      saidClose: true,
    }),
  )
}

/** Kept connections, each used before the signal and told to go after it. */
function idleConnections(count: number): HistoryEvent[] {
  return Array.from({ length: count }, (_, index): HistoryEvent[] => {
    const id = 100 + index
    const closed: ConnectionEvent = {
      kind: 'connection',
      at: SIGNALLED_AT + 205 + index,
      id,
      load: 'keep-alive',
      what: 'closed',
      by: 'service',
    }
    return [
      { kind: 'connection', at: 900, id, load: 'keep-alive', what: 'opened' },
      makeRequest({ id: 2000 + index, connection: id, startedAt: 1000, at: 1060 }),
      makeRequest({ id: 2100 + index, connection: id, reuse: 1, startedAt: 2140, at: 2200 + index, saidClose: true }),
      closed,
    ]
  }).flat()
}

function freshRequests(count: number): RequestEvent[] {
  return Array.from({ length: count }, (_, index) =>
    makeRequest({
      id: 3000 + index,
      load: 'new',
      connection: 3000 + index,
      startedAt: SIGNALLED_AT + 10 + index,
      at: SIGNALLED_AT + 120 + index,
      saidClose: true,
    }),
  )
}

/** A request over a kept connection that the service closed under it, 300 ms after the signal. */
export function makeReset(changes: Partial<RequestEvent> = {}): RequestEvent {
  return makeLost('reset-reused', { load: 'keep-alive', connection: 7, reuse: 3, ...changes })
}

/** A request that was lost 300 ms after the signal, over a new connection unless it says otherwise. */
export function makeLost(outcome: RequestEvent['outcome'], changes: Partial<RequestEvent> = {}): RequestEvent {
  const { status: _, ...request } = makeRequest({
    id: 1,
    load: 'new',
    connection: 1,
    startedAt: SIGNALLED_AT + 300,
    at: SIGNALLED_AT + 360,
    ...changes,
    outcome,
  })
  return request
}

/** A readiness probe that was answered within 5 ms. */
export function makeReadiness(startedAt: number, status: number | undefined): ProbeEvent {
  return {
    kind: 'probe',
    probe: 'ready',
    path: '/readyz',
    port: 8080,
    startedAt,
    at: startedAt + 5,
    isSuccess: status !== undefined && status >= 200 && status < 400,
    ...(status === undefined ? {} : { status }),
  }
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** So many requests answered one after the other until 100 ms before the end, each with a sampled trace of its own. */
export function tracedRequests(count: number, { everyMs = 10, until = EXITED_AT - 100 } = {}): RequestEvent[] {
  return Array.from({ length: count }, (_, index) =>
    makeRequest({
      id: index,
      connection: 9,
      reuse: index,
      at: until - (count - 1 - index) * everyMs,
      trace: { traceId: hex(index + 1, 32), spanId: hex(index + 1, 16), isSampled: true },
    }),
  )
}

/** The span of the server for a request. */
export function spanOf(
  request: RequestEvent,
  changes: { readonly parentSpanId?: string; readonly spanId?: string } = {},
) {
  return makeSpan({
    traceId: request.trace?.traceId ?? '',
    parentSpanId: request.trace?.spanId ?? '',
    spanId: hex(request.id + 5000, 16),
    endedAt: request.at,
    ...changes,
  })
}

/** A point of the histogram of requests. */
export function makeHistogram(changes: Partial<MetricEvent> & { readonly count: number }): MetricEvent {
  return {
    kind: 'metric',
    at: EXITED_AT,
    sender: SENDER,
    name: 'http.server.request.duration',
    unit: 's',
    type: 'histogram',
    isCumulative: true,
    attributes: { 'http.request.method': 'GET' },
    startedAt: 0,
    madeAt: EXITED_AT - 10,
    ...changes,
  }
}
