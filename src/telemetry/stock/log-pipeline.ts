import { LoggerProvider, type LogRecordProcessor, type ReadWriteLogRecord } from '@opentelemetry/sdk-logs'
import { BatchQueue } from '../pipeline/batch-queue.ts'
import { LogQueueProcessor } from './log-queue-processor.ts'
import { openExporter } from './open-exporter.ts'
import { closeQueue, type SignalPipeline, type SignalPipelineOptions, withoutExport } from './signal-pipeline.ts'

export async function startLogPipeline(options: SignalPipelineOptions): Promise<SignalPipeline<LoggerProvider>> {
  const { settings, clock } = options
  const exporter = await openExporter<readonly ReadWriteLogRecord[]>('logs', settings.signals.logs, clock)
  if (exporter === undefined) return withoutExport(createProvider(options, []))
  const queue = new BatchQueue<ReadWriteLogRecord>({
    clock,
    limits: settings.logBatches,
    exportBatch: exporter.send,
    onTrouble: options.onTrouble,
    isUnasked: options.isUnasked,
  })
  return {
    provider: createProvider(options, [new LogQueueProcessor(queue)]),
    account: () => queue.account,
    failure: () => queue.failure,
    close: (limitMs) => closeQueue(clock, limitMs, queue, exporter),
  }
}

function createProvider(options: SignalPipelineOptions, processors: LogRecordProcessor[]): LoggerProvider {
  const limits = options.settings.logRecordLimits
  return new LoggerProvider({
    resource: options.resource,
    processors,
    logRecordLimits: { attributeCountLimit: limits.count, attributeValueLengthLimit: limits.valueLength },
  })
}
