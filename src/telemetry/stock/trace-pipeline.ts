import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { BatchQueue } from '../pipeline/batch-queue.ts'
import { openExporter } from './open-exporter.ts'
import { createSampler } from './sampler.ts'
import { closeQueue, type SignalPipeline, type SignalPipelineOptions, withoutExport } from './signal-pipeline.ts'
import { SpanQueueProcessor } from './span-queue-processor.ts'

export async function startTracePipeline(options: SignalPipelineOptions): Promise<SignalPipeline<TracerProvider>> {
  const { settings, clock } = options
  const exporter = await openExporter<readonly ReadableSpan[]>('traces', settings.signals.traces, clock)
  if (exporter === undefined) return withoutExport(createProvider(options, []))
  const queue = new BatchQueue<ReadableSpan>({
    clock,
    limits: settings.spanBatches,
    exportBatch: exporter.send,
    onTrouble: options.onTrouble,
    isUnasked: options.isUnasked,
  })
  return {
    provider: createProvider(options, [new SpanQueueProcessor(queue)]),
    account: () => queue.account,
    failure: () => queue.failure,
    close: (limitMs) => closeQueue(clock, limitMs, queue, exporter),
  }
}

function createProvider(options: SignalPipelineOptions, spanProcessors: SpanProcessor[]): TracerProvider {
  const limits = options.settings.spanLimits
  return new TracerProvider({
    resource: options.resource,
    sampler: createSampler(options.settings.sampler),
    spanProcessors,
    spanLimits: {
      attributeCountLimit: limits.count,
      attributeValueLengthLimit: limits.valueLength,
      eventCountLimit: limits.eventCount,
      linkCountLimit: limits.linkCount,
      attributePerEventCountLimit: limits.countPerEvent,
      attributePerLinkCountLimit: limits.countPerLink,
    },
  })
}
