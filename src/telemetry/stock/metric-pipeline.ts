import { MeterProvider, type ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { BatchQueue } from '../pipeline/batch-queue.ts'
import { openExporter } from './open-exporter.ts'
import { countDataPoints, QueueMetricReader } from './queue-metric-reader.ts'
import { closeQueue, type SignalPipeline, type SignalPipelineOptions, withoutExport } from './signal-pipeline.ts'

/** Collections that wait for a collector that is away: ten minutes at the default interval. */
const MAX_COLLECTIONS = 10

export async function startMetricPipeline(options: SignalPipelineOptions): Promise<SignalPipeline<MeterProvider>> {
  const { settings, clock, resource } = options
  const exporter = await openExporter<ResourceMetrics>('metrics', settings.signals.metrics, clock)
  if (exporter === undefined) return withoutExport(new MeterProvider({ resource }))
  const queue = new BatchQueue<ResourceMetrics>({
    clock,
    limits: {
      maxQueueSize: MAX_COLLECTIONS,
      maxBatchSize: 1,
      scheduleDelayMs: 0,
      exportTimeoutMs: settings.metricReader.timeoutMs,
    },
    exportBatch: ([collection], done, signal) => {
      if (collection !== undefined) exporter.send(collection, done, signal)
    },
    weigh: countDataPoints,
    onTrouble: options.onTrouble,
    isUnasked: options.isUnasked,
  })
  const reader = new QueueMetricReader({ settings: settings.metricReader, queue, clock, onProblem: options.onProblem })
  return {
    provider: new MeterProvider({ resource, readers: [reader] }),
    account: () => queue.account,
    failure: () => queue.failure,
    async close(limitMs) {
      const startedAt = clock.now()
      // Half of the time at most: the other half is for delivering what has been collected.
      await reader.stop(limitMs / 2)
      await closeQueue(clock, Math.max(0, limitMs - (clock.now() - startedAt)), queue, exporter)
    },
  }
}
