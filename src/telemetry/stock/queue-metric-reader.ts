import {
  type AggregationOption,
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics'
import type { Cancel, Clock } from '../../core/clock.ts'
import type { MetricReaderSettings, TemporalityPreference } from '../env/metrics-env.ts'
import type { BatchQueue } from '../pipeline/batch-queue.ts'

export interface QueueMetricReaderOptions {
  readonly settings: MetricReaderSettings
  readonly queue: BatchQueue<ResourceMetrics>
  readonly clock: Clock
  readonly onProblem: (error: unknown) => void
}

/**
 * Collects at each interval and hands every collection to the queue, which delivers in order and tries again. The stock
 * periodic reader exports by itself: what it could not deliver is lost with delta temporality, and its shutdown waits
 * for an exporter that hangs.
 */
export class QueueMetricReader extends MetricReader {
  readonly #options: QueueMetricReaderOptions
  #cancel: Cancel = () => {}
  #stopped = false

  constructor(options: QueueMetricReaderOptions) {
    super({
      aggregationTemporalitySelector: (instrument) => selectTemporality(options.settings.temporality, instrument),
      aggregationSelector: (instrument) => selectAggregation(options.settings.histogram, instrument),
      otelComponentType: 'seaworthy_metric_reader',
    })
    this.#options = options
  }

  /** Collects once more, for at most `limitMs`, and then never again. */
  async stop(limitMs: number): Promise<void> {
    this.#stopped = true
    this.#cancel()
    await this.#collect(limitMs)
  }

  protected override onInitialized(): void {
    this.#schedule()
  }

  protected override async onForceFlush(): Promise<void> {
    if (this.#stopped) return
    await this.#collect(this.#options.settings.timeoutMs)
    await this.#options.queue.drain(this.#options.settings.timeoutMs)
  }

  /** Only the telemetry itself shuts down: a provider that somebody shuts down early goes on. */
  protected override onShutdown(): Promise<void> {
    return this.onForceFlush()
  }

  #schedule(): void {
    const { clock, settings } = this.#options
    const tick = (): void => {
      // One after the other: a slow collection delays the next one, it is never overtaken by it.
      void this.#collect(settings.timeoutMs).then(() => {
        if (!this.#stopped) this.#schedule()
      })
    }
    this.#cancel = clock.schedule(settings.intervalMs, tick, { keepAlive: false })
  }

  /** Never rejects. `limitMs` is for callbacks of asynchronous instruments that never end; the others still count. */
  async #collect(limitMs: number): Promise<void> {
    try {
      const { resourceMetrics, errors } = await this.collect({ timeoutMillis: Math.max(1, limitMs) })
      if (errors.length > 0) this.#options.onProblem(errors[0])
      if (countDataPoints(resourceMetrics) > 0) this.#options.queue.add(resourceMetrics)
    } catch (error) {
      this.#options.onProblem(error)
    }
  }
}

export function countDataPoints(metrics: ResourceMetrics): number {
  let count = 0
  for (const scope of metrics.scopeMetrics) {
    for (const metric of scope.metrics) count += metric.dataPoints.length
  }
  return count
}

/** @see https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/otlp/#additional-environment-variable-configuration */
function selectTemporality(preference: TemporalityPreference, instrument: InstrumentType): AggregationTemporality {
  if (preference === 'cumulative') return AggregationTemporality.CUMULATIVE
  const isUpDown =
    instrument === InstrumentType.UP_DOWN_COUNTER || instrument === InstrumentType.OBSERVABLE_UP_DOWN_COUNTER
  const keepsState = isUpDown || (preference === 'lowmemory' && instrument === InstrumentType.OBSERVABLE_COUNTER)
  return keepsState ? AggregationTemporality.CUMULATIVE : AggregationTemporality.DELTA
}

function selectAggregation(
  histogram: MetricReaderSettings['histogram'],
  instrument: InstrumentType,
): AggregationOption {
  if (histogram === 'base2_exponential_bucket_histogram' && instrument === InstrumentType.HISTOGRAM) {
    return { type: AggregationType.EXPONENTIAL_HISTOGRAM }
  }
  return { type: AggregationType.DEFAULT }
}
