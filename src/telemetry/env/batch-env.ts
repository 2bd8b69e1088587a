import type { EnvReader } from '../../core/env-reader.ts'
import type { BatchLimits } from '../pipeline/batch-limits.ts'
import { durationMs } from './duration-env.ts'

/**
 * More than the 2048 of the specification: at 5000 spans a second with a collector that answers slowly, 2048 lost 93 %
 * of them, because they last 0.4 s. 16,384 last 3 s at that rate and 2.7 minutes at 100 a second. Measured on Node 24, a
 * waiting span of an HTTP request takes 1.2 KB and a log record of ten fields 0.6 KB, so full queues take about 20 MB
 * and 10 MB.
 */
const MAX_QUEUE_SIZE = 16_384
const MAX_BATCH_SIZE = 512
const EXPORT_TIMEOUT_MS = 30_000

/**
 * `OTEL_BSP_*` for spans, `OTEL_BLRP_*` for log records: the same four with the same meaning.
 *
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor
 */
export function readBatchLimits(
  read: EnvReader,
  prefix: 'OTEL_BSP' | 'OTEL_BLRP',
  scheduleDelayMs: number,
): BatchLimits {
  const queueName = `${prefix}_MAX_QUEUE_SIZE`
  const batchName = `${prefix}_MAX_EXPORT_BATCH_SIZE`
  const askedQueueSize = read.integer(queueName, { min: 1, max: 10_000_000 })
  const askedBatchSize = read.integer(batchName, { min: 1, max: 1_000_000 })
  const maxQueueSize = askedQueueSize ?? MAX_QUEUE_SIZE
  if (askedBatchSize !== undefined && askedBatchSize > maxQueueSize) {
    read.problem(`${batchName} is ${askedBatchSize}, more than the ${maxQueueSize} of ${queueName}`)
  }
  return {
    maxQueueSize,
    maxBatchSize: askedBatchSize ?? Math.min(MAX_BATCH_SIZE, maxQueueSize),
    ...(askedQueueSize === undefined ? {} : { askedQueueSize }),
    ...(askedBatchSize === undefined ? {} : { askedBatchSize }),
    scheduleDelayMs: durationMs(read, `${prefix}_SCHEDULE_DELAY`, {
      fallback: scheduleDelayMs,
      min: 0,
      max: 3_600_000,
    }),
    exportTimeoutMs: durationMs(read, `${prefix}_EXPORT_TIMEOUT`, {
      fallback: EXPORT_TIMEOUT_MS,
      min: 1,
      max: 3_600_000,
    }),
  }
}
