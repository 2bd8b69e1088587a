import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { SPAN_KIND } from '../../src/otlp/model.ts'
import { createReceiver } from '../../src/receiver/receiver.ts'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'
import { DemoService } from './demo-service.ts'
import { MIN_IN_FLIGHT, MIN_REQUESTS, type Observed } from './judge.ts'
import type { ReceivedServerSpan } from './ledger.ts'
import { Traffic } from './traffic.ts'

export interface DemoOptions {
  /** How long the shop is open before it is told to stop. */
  readonly seconds: number
  readonly onProgress: (text: string) => void
  /** Called when the services are up. */
  readonly onReady?: (services: readonly DemoService[], endpoint: string) => void
}

const CLIENTS = 40
const THINK_MS = 30
/** On a machine that is busy with something else. With it the whole demo stays under its minute. */
const PATIENCE_MS = 25_000
/** What a service that is watched by no person takes by default; said aloud, so that nobody thinks the demo hangs. */
const DRAIN_SECONDS = 5
const PROBES = ['/startupz', '/livez', '/readyz'] as const

/** Runs the two services under load and real signals, and returns everything that was seen. */
export async function runDemo(
  options: DemoOptions,
): Promise<{ readonly observed: Observed; readonly store: TelemetryStore }> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-demo-'))
  const store = new TelemetryStore({ maxSpans: 500_000, maxLogRecords: 200_000 })
  const receiver = createReceiver({ store })
  try {
    const { endpoint } = await receiver.start()
    return { observed: await runWith(options, store, endpoint, folder), store }
  } finally {
    await receiver.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function runWith(
  options: DemoOptions,
  store: TelemetryStore,
  endpoint: string,
  folder: string,
): Promise<Observed> {
  const { onProgress } = options
  const shared = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_METRIC_EXPORT_INTERVAL: '2000',
  }
  onProgress('starting payments and orders')
  // The bank of the demo takes its time, so that there is always something in flight.
  await using payments = await DemoService.start({
    name: 'payments',
    env: { ...shared, AUTHORISATION__MIN_LATENCY_MS: '20', AUTHORISATION__MAX_LATENCY_MS: '60' },
  })
  await using orders = await DemoService.start({
    name: 'orders',
    env: { ...shared, PAYMENTS__URL: payments.url, DATABASE__PATH: join(folder, 'orders.db') },
  })
  options.onReady?.([orders, payments], endpoint)

  const openedAt = performance.now()
  const traffic = new Traffic({ port: orders.port, clients: CLIENTS, thinkMs: THINK_MS })
  await showProgress(traffic, options, openedAt)
  const probes = { orders: await askProbes(orders), payments: await askProbes(payments) }
  while (traffic.inFlight < MIN_IN_FLIGHT && performance.now() - openedAt < PATIENCE_MS + 2000) await delay(1)

  const inFlightAtSigterm = traffic.inFlight
  const beforeSigterm = traffic.requests.length
  const openMs = performance.now() - openedAt
  onProgress(`SIGTERM to orders, with ${inFlightAtSigterm} requests in flight`)
  const stopDrainProgress = showDrain(traffic, onProgress)
  const ordersEnd = await orders.stop().finally(stopDrainProgress)
  await traffic.ended()
  onProgress(`SIGTERM to payments, which drains for ${DRAIN_SECONDS} s, too`)
  const paymentsEnd = await payments.stop()

  return {
    requests: traffic.requests,
    spans: serverSpans(store),
    inFlightAtSigterm,
    perSecond: Math.round(beforeSigterm / (openMs / 1000)),
    p50Ms: traffic.latencyMicroseconds.percentile(50) / 1000,
    p99Ms: traffic.latencyMicroseconds.percentile(99) / 1000,
    received: store.stats,
    requestsCounted: { orders: countedRequests(store, 'orders'), payments: countedRequests(store, 'payments') },
    probes,
    start: [payments, orders].map(({ name, readyAfterMs }) => ({
      service: name,
      readyAfterMs: Math.round(readyAfterMs),
    })),
    shutdown: [ordersEnd, paymentsEnd],
  }
}

async function showProgress(traffic: Traffic, { seconds, onProgress }: DemoOptions, openedAt: number): Promise<void> {
  const deadline = openedAt + seconds * 1000
  const patience = Math.max(deadline, openedAt + PATIENCE_MS)
  // Open as long as asked for; on a busy machine longer, until there is enough to count.
  while (performance.now() < deadline || (traffic.requests.length < MIN_REQUESTS && performance.now() < patience)) {
    await delay(250)
    onProgress(`${traffic.requests.length} requests answered, ${traffic.inFlight} in flight`)
  }
}

/** Says what happens while nothing seems to: orders answers for its drain delay, and then ends what it has begun. */
function showDrain(traffic: Traffic, onProgress: (text: string) => void): () => void {
  const before = traffic.requests.length
  const timer = setInterval(() => {
    const answered = traffic.requests.length - before
    onProgress(
      traffic.hasMetClosedListener
        ? `orders has closed its listener after ${answered} more answers, and delivers its telemetry`
        : `orders drains for ${DRAIN_SECONDS} s (lame duck), still serving: ${answered} answered`,
    )
  }, 250)
  return () => clearInterval(timer)
}

async function askProbes(service: DemoService): Promise<Record<string, number | undefined>> {
  const answers = await Promise.all(PROBES.map(async (path) => [path, await service.probe(path)] as const))
  return Object.fromEntries(answers)
}

function serverSpans(store: TelemetryStore): readonly ReceivedServerSpan[] {
  return store
    .spans({ where: (span) => span.kind === SPAN_KIND.server })
    .map(({ service, traceId, parentSpanId }) => ({ service, traceId, parentSpanId }))
}

/** What the cumulative histogram of a service says at its end. */
function countedRequests(store: TelemetryStore, service: string): number {
  const series = store.metrics({ name: 'http.server.request.duration', service })
  return series.reduce((sum, { latest }) => sum + (latest.type === 'histogram' ? latest.count : 0), 0)
}
