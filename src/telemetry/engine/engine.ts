import type { LoggerProvider } from '@opentelemetry/api'
import { settleWithin } from '../../core/wait.ts'
import type { EngineChoices } from '../engine-options.ts'
import type { Clock } from '../../core/clock.ts'
import type { Log } from '../../core/log.ts'
import type { Signal } from '../../otlp/model.ts'
import { OpenChunks } from '../encode/open-chunks.ts'
import type { OtlpProtocol } from '../env/otlp-env.ts'
import type { TelemetrySettings } from '../env/telemetry-env.ts'
import { EngineLoggerProvider } from '../logs/engine-logger-provider.ts'
import { MeterProvider } from '../metrics/meter-provider.ts'
import { PushReader } from '../metrics/push-reader.ts'
import type { ReaderProfile } from '../metrics/reader-profile.ts'
import type { BatchLimits } from '../pipeline/batch-limits.ts'
import { observeAccounts } from '../pipeline/account-metrics.ts'
import { Outbox } from '../pipeline/outbox.ts'
import { ownVersion } from '../own-version.ts'
import type { ExporterType } from '../pipeline/sdk-metrics.ts'
import type { QueueTrouble } from '../pipeline/queue-trouble.ts'
import type { SignalAccount } from '../pipeline/signal-account.ts'
import { LazyMetricsPage } from '../prometheus/lazy-metrics-page.ts'
import type { ResourceAttributes } from '../resource/resource.ts'
import { Sampling } from '../sampling/sampling.ts'
import { ReadableResource } from '../trace/readable-resource.ts'
import { SpanClock } from '../trace/span-clock.ts'
import { TracerProvider } from '../trace/tracer-provider.ts'
import { openWays } from './open-ways.ts'
import { spoolOpener } from './spool-opener.ts'

export interface EngineOptions {
  readonly settings: TelemetrySettings
  readonly resource: ResourceAttributes
  readonly clock: Clock
  /** For what the spool has to say. */
  readonly log: Log
  readonly onTrouble: (signal: Signal, trouble: QueueTrouble) => void
  /** Something went wrong inside, such as a callback of a user's instrument that threw. */
  readonly onProblem: (error: unknown) => void
  /** What the code has chosen. @default nothing: the settings alone count */
  readonly choices?: Partial<EngineChoices>
  /** Whether nobody has asked for a collector, and none has ever been there. */
  readonly isUnasked: () => boolean
}

/** Providers of the three signals and what is behind them. */
export interface Engine {
  readonly tracerProvider: TracerProvider
  readonly meterProvider: MeterProvider
  readonly loggerProvider: LoggerProvider
  readonly sampling: Sampling
  /** Takes a line of the service's own log. Never throws. */
  emitLine(line: string): void
  /** Lines that came before there was an engine, and were too many to be kept: counted and told. */
  loseLines(count: number): void
  account(signal: Signal): SignalAccount
  /** What Prometheus scrapes; `undefined` where it is not served. Goes on after {@link close}. */
  readonly metricsPage: LazyMetricsPage | undefined
  /** Why the latest attempt delivered nothing, or perhaps nothing; `undefined` while deliveries work. */
  failure(signal: Signal): string | undefined
  /** Delivers what is there and closes for good, within `limitMs`. Never rejects. */
  close(limitMs: number): Promise<void>
  /** What must happen when the process ends, synchronously: everything goes to disk. Never throws. */
  exit(): void
  /** Lets go of connections, timers and the spool, for an end without the end of the process. */
  release(): Promise<void>
}

/** Of a `forceFlush()` that somebody calls: as long as the SDK takes. */
const FLUSH_LIMIT_MS = 30_000
/** Of the time of the last flush, what the last collection of metrics may take: the rest is for the network. */
const COLLECTION_SHARE = 0.25
/** Name of the instrumentation scope of the service's own log lines, and of what is measured here. */
const SCOPE = 'seaworthy'

/** Shares its series with a reader that sends cumulative values in histograms with fixed boundaries. */
const PULLED: ReaderProfile = {
  temporality: 'cumulative',
  histogram: 'explicit_bucket_histogram',
  exemplars: 'latest',
}

/** Puts the parts together. Opens no connection; that waits for the first export. */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { settings, clock, onProblem, choices = {} } = options
  const ways = await openWays(options)
  const openSpool = await spoolOpener(options)
  const outbox = new Outbox({
    clock,
    signals: ways,
    onTrouble: options.onTrouble,
    isUnasked: options.isUnasked,
    ...(openSpool === undefined ? {} : { openSpool }),
  })
  const attributes = { ...options.resource, ...sdkAttributes() }
  const resource = new ReadableResource(attributes)
  const chunksOf = (signal: Signal, maxItemsPerChunk?: number): OpenChunks | undefined =>
    ways[signal] === undefined
      ? undefined
      : new OpenChunks({
          signal,
          resource: { attributes },
          clock,
          sink: outbox,
          ledger: outbox.ledger(signal),
          maxItemsPerChunk,
          onDrop: (count, reason) => options.onTrouble(signal, { kind: 'dropped', reason, count }),
        })
  const spans = chunksOf('traces', itemsPerChunk(settings.spanBatches))
  const points = chunksOf('metrics')
  const records = chunksOf('logs', itemsPerChunk(settings.logBatches))
  const spanClock = new SpanClock()
  const sampling =
    choices.sampling === undefined
      ? Sampling.fromSettings(clock, settings.sampler)
      : new Sampling(clock, choices.sampling)
  const flush = (limitMs: number): Promise<boolean> => outbox.flush(limitMs)

  const tracerProvider = new TracerProvider({
    resource,
    sampler: sampling.sampler,
    recorded: sampling.recorded,
    limits: settings.spanLimits,
    clock,
    chunks: spans,
    spanClock,
    spanProcessors: choices.spanProcessors,
    flush,
  })
  const { intervalMs, timeoutMs, temporality, histogram, exemplarFilter } = settings.metricReader
  const meterProvider = new MeterProvider({
    clock,
    readers: [
      ...(points === undefined ? [] : [{ temporality, histogram, exemplars: 'new' } as const]),
      ...(settings.prometheus.isServed ? [PULLED] : []),
    ],
    exemplarFilter,
    views: choices.views,
    onProblem,
    async flush() {
      await reader?.collectNow(FLUSH_LIMIT_MS * COLLECTION_SHARE)
      await flush(FLUSH_LIMIT_MS)
    },
  })
  const [collector] = meterProvider.collectors
  const pulled = settings.prometheus.isServed ? meterProvider.collectors.at(-1) : undefined
  const reader =
    points === undefined || collector === undefined
      ? undefined
      : new PushReader({ collector, chunks: points, clock, intervalMs, timeoutMs, onProblem })
  reader?.start()
  const loggerProvider = new EngineLoggerProvider({
    chunks: records,
    resource,
    limits: settings.logRecordLimits,
    clock: spanClock,
    processors: choices.logRecordProcessors ?? [],
    flush: async () => void (await flush(FLUSH_LIMIT_MS)),
  })
  const exporters = exporterKinds(settings, ways)
  const unobserve = observeAccounts({ meter: meterProvider.getMeter(SCOPE), source: outbox, exporters })
  const lines = loggerProvider.getLineLogger(SCOPE)

  const sealAll = (): void => {
    for (const chunks of [spans, points, records]) chunks?.sealAll()
  }
  const endProcessors = async (): Promise<void> => {
    const [failures] = await Promise.all([tracerProvider.endProcessors(), loggerProvider.endProcessors()])
    for (const failure of failures) onProblem(failure)
  }
  return {
    tracerProvider,
    meterProvider,
    loggerProvider,
    sampling,
    emitLine: (line) => lines.emit(line),
    loseLines(count) {
      if (count === 0 || records === undefined) return
      outbox.ledger('logs').create(count)
      outbox.ledger('logs').drop(count, 'queue_full')
      options.onTrouble('logs', { kind: 'dropped', reason: 'queue_full', count })
    },
    account: (signal) => outbox.account(signal),
    metricsPage:
      pulled &&
      new LazyMetricsPage({
        collector: pulled,
        resource: attributes,
        clock,
        names: settings.prometheus.names,
      }),
    failure: (signal) => outbox.failure(signal),
    async close(limitMs) {
      const startedAt = clock.now()
      sampling.close()
      await reader?.close(limitMs * COLLECTION_SHARE)
      sealAll()
      const leftMs = Math.max(0, limitMs - (clock.now() - startedAt))
      // Processors of others deliver elsewhere, beside what is delivered here: neither waits for the other.
      await Promise.all([outbox.close(leftMs), settleWithin(clock, leftMs, endProcessors)])
      for (const chunks of [spans, points, records]) chunks?.sealEach()
    },
    exit() {
      try {
        sampling.close()
        reader?.collectSync()
        sealAll()
      } finally {
        outbox.releaseNow()
        // What still comes, from others who hear of the end later, is counted.
        for (const chunks of [spans, points, records]) chunks?.sealEach()
      }
    },
    async release() {
      unobserve()
      sampling.close()
      await reader?.close(0)
      sealAll()
      await outbox.release()
    },
  }
}

const EXPORTER_TYPES: Readonly<Record<OtlpProtocol, ExporterType>> = {
  'http/protobuf': 'otlp_http',
  'http/json': 'otlp_http_json',
  grpc: 'otlp_grpc',
}

function exporterKinds(
  { signals }: TelemetrySettings,
  ways: Readonly<Partial<Record<Signal, unknown>>>,
): Partial<Record<Signal, ExporterType>> {
  const kinds: Partial<Record<Signal, ExporterType>> = {}
  for (const signal of ['traces', 'metrics', 'logs'] as const) {
    if (ways[signal] === undefined || signals[signal].exporter !== 'otlp') continue
    kinds[signal] = EXPORTER_TYPES[signals[signal].otlp.protocol]
  }
  return kinds
}

/** What the user has set holds for whole chunks: of a small queue, several must fit. */
function itemsPerChunk({ askedBatchSize, askedQueueSize }: BatchLimits): number | undefined {
  if (askedQueueSize === undefined) return askedBatchSize
  return Math.min(askedBatchSize ?? Number.POSITIVE_INFINITY, Math.max(1, Math.floor(askedQueueSize / 4)))
}

/** @see https://opentelemetry.io/docs/specs/otel/resource/sdk/#sdk-provided-resource-attributes */
function sdkAttributes(): ResourceAttributes {
  return {
    // Only the project's own SDK may call itself `opentelemetry`.
    'telemetry.sdk.name': 'seaworthy',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': ownVersion(),
  }
}
