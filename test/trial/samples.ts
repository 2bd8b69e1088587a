import type { Facts } from '../../src/trial/facts.ts'
import type { RequestEvent } from '../../src/trial/history/client-events.ts'
import type { HistoryEvent } from '../../src/trial/history/event.ts'
import type { Lifetime } from '../../src/trial/history/lifetime.ts'
import type { Sender, SpanEvent } from '../../src/trial/history/telemetry-events.ts'
import type { Trial } from '../../src/trial/trial.ts'
import type { Verdict } from '../../src/trial/verdict/verdict.ts'

const PROBE = { origin: 'found', periodMs: 10_000, timeoutMs: 1000, failureThreshold: 3, initialDelayMs: 0 } as const

/** A service with all that can be tried, by default. */
export function makeFacts(changes: Partial<Facts> = {}): Facts {
  return {
    command: ['node', 'server.js'],
    cwd: '/srv',
    env: {},
    host: '127.0.0.1',
    port: { value: 8080, origin: 'found' },
    portVariable: 'PORT',
    protocol: { http1: true, h2c: false, tls: false },
    routes: [{ method: 'GET', path: '/', headers: {} }],
    probes: { ready: { path: '/readyz', port: 8080, ...PROBE }, live: { path: '/livez', port: 8080, ...PROBE } },
    dependencies: [],
    badValues: [],
    graceMs: { value: 30_000, origin: 'default' },
    preStopMs: { value: 0, origin: 'default' },
    startupMs: { value: 30_000, origin: 'default' },
    replicas: { value: 3, origin: 'default' },
    maxSurge: { value: 1, origin: 'default' },
    maxUnavailable: { value: 0, origin: 'default' },
    endpointLagMs: { value: 500, origin: 'default' },
    wireDelayMs: { value: 25, origin: 'default' },
    stopSignal: 'SIGTERM',
    acceptedExitCodes: [0],
    allowsIdempotentRetry: false,
    telemetryBudgetRatio: 1.5,
    normal: { listeningAfterMs: 100, readyAfterMs: 120 },
    telemetry: { traces: true, metrics: true, logs: true, protocol: 'http/protobuf' },
    machine: { isLinux: true, hasPidNamespaces: true, processorCount: 2 },
    warnings: [],
    ...changes,
  }
}

/** A lifetime of hand-written events, which are put into the order of time. */
export function makeLifetime(
  events: readonly HistoryEvent[],
  rest: Partial<Omit<Lifetime, 'events'>> & { readonly voyage: string },
): Lifetime {
  return {
    id: 0,
    label: 'first',
    settings: {},
    startedAtUnixMs: 1_700_000_000_000,
    droppedEvents: {},
    ...rest,
    events: events.toSorted((one, other) => one.at - other.at),
  }
}

/** An answered request that took 10 ms, unless it says otherwise. */
export function makeRequest(
  changes: Partial<RequestEvent> & { readonly id: number; readonly at: number },
): RequestEvent {
  const startedAt = changes.startedAt ?? changes.at - 10
  return {
    kind: 'request',
    load: 'keep-alive',
    protocol: 'http/1.1',
    method: 'GET',
    path: '/',
    intendedAt: startedAt,
    startedAt,
    outcome: 'answered',
    status: 200,
    connection: 0,
    reuse: 0,
    saidClose: false,
    ...changes,
  }
}

export const SENDER: Sender = {
  service: 'shop',
  instance: 'one',
  version: '1.0.0',
  pid: 42,
  language: 'nodejs',
  resource: { 'service.name': 'shop' },
}

/** A server's span of 10 ms that arrived 100 ms after its end, unless it says otherwise. */
export function makeSpan(
  changes: Partial<SpanEvent> & { readonly traceId: string; readonly endedAt: number },
): SpanEvent {
  return {
    kind: 'span',
    at: changes.endedAt + 100,
    sender: SENDER,
    spanId: 'b7ad6b7169203331',
    parentSpanId: '',
    traceState: '',
    name: 'GET /',
    spanKind: 'server',
    startedAt: changes.endedAt - 10,
    isError: false,
    statusMessage: '',
    attributes: {},
    events: [],
    ...changes,
  }
}

/** What a trial says of these lifetimes. */
export function judge(trial: Trial, lifetimes: readonly Lifetime[], facts: Facts = makeFacts()): Verdict {
  return trial.judge({ facts, lifetimes })
}
