import type { LoggerProvider, MeterProvider, TracerProvider } from '@opentelemetry/api'
import { SDK_INFO } from '@opentelemetry/core'
import { resourceFromAttributes } from '@opentelemetry/resources'
import type { Clock } from '../../core/clock.ts'
import type { Signal } from '../../otlp/model.ts'
import type { TelemetrySettings } from '../env/telemetry-env.ts'
import type { QueueTrouble } from '../pipeline/queue-trouble.ts'
import type { SignalAccount } from '../pipeline/signal-account.ts'
import type { ResourceAttributes } from '../resource/resource.ts'
import { startLogPipeline } from './log-pipeline.ts'
import { startMetricPipeline } from './metric-pipeline.ts'
import { startTracePipeline } from './trace-pipeline.ts'

export interface PipelineOptions {
  readonly settings: TelemetrySettings
  readonly resource: ResourceAttributes
  readonly clock: Clock
  readonly onTrouble: (signal: Signal, trouble: QueueTrouble) => void
  /** Something went wrong inside, such as a callback of a user's instrument that threw. */
  readonly onProblem: (error: unknown) => void
  /** Whether nobody has asked for a collector, and none has ever been there. */
  readonly isUnasked: () => boolean
}

/** Providers of the three signals and what is behind them: all that the rest knows of the stock SDK. */
export interface Pipeline {
  readonly tracerProvider: TracerProvider
  readonly meterProvider: MeterProvider
  readonly loggerProvider: LoggerProvider
  account(signal: Signal): SignalAccount
  /** Why the latest attempt delivered nothing; `undefined` while deliveries work. */
  failure(signal: Signal): string | undefined
  /** Delivers what is there and closes for good, within `limitMs`. Never rejects. */
  close(limitMs: number): Promise<void>
}

/** Builds the pipeline on the stock SDK. Opens no connection; that waits for the first export. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { onTrouble, ...rest } = options
  const resource = resourceFromAttributes({
    ...options.resource,
    'telemetry.sdk.name': SDK_INFO['telemetry.sdk.name'],
    'telemetry.sdk.language': SDK_INFO['telemetry.sdk.language'],
    'telemetry.sdk.version': SDK_INFO['telemetry.sdk.version'],
  })
  const [traces, metrics, logs] = await Promise.all([
    startTracePipeline({ ...rest, resource, onTrouble: (trouble) => onTrouble('traces', trouble) }),
    startMetricPipeline({ ...rest, resource, onTrouble: (trouble) => onTrouble('metrics', trouble) }),
    startLogPipeline({ ...rest, resource, onTrouble: (trouble) => onTrouble('logs', trouble) }),
  ])
  const pipelines = { traces, metrics, logs }
  return {
    tracerProvider: traces.provider,
    meterProvider: metrics.provider,
    loggerProvider: logs.provider,
    account: (signal) => pipelines[signal].account(),
    failure: (signal) => pipelines[signal].failure(),
    async close(limitMs) {
      await Promise.all(Object.values(pipelines).map((pipeline) => pipeline.close(limitMs)))
    },
  }
}
