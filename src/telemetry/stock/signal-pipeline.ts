import type { Resource } from '@opentelemetry/resources'
import type { Clock } from '../../core/clock.ts'
import { settleWithin } from '../../core/wait.ts'
import type { TelemetrySettings } from '../env/telemetry-env.ts'
import type { BatchQueue } from '../pipeline/batch-queue.ts'
import type { QueueTrouble } from '../pipeline/queue-trouble.ts'
import { EMPTY_ACCOUNT, type SignalAccount } from '../pipeline/signal-account.ts'
import type { OpenExporter } from './load-exporter.ts'

/** What the pipelines of all signals are built from. */
export interface SignalPipelineOptions {
  readonly settings: TelemetrySettings
  readonly resource: Resource
  readonly clock: Clock
  readonly onTrouble: (trouble: QueueTrouble) => void
  readonly onProblem: (error: unknown) => void
  /** Whether nobody has asked for a collector, and none has ever been there. */
  readonly isUnasked: () => boolean
}

/** One signal from its provider to the wire. */
export interface SignalPipeline<P> {
  readonly provider: P
  account(): SignalAccount
  /** Why the latest attempt delivered nothing; `undefined` while deliveries work. */
  failure(): string | undefined
  /** Delivers what is there and closes for good, within `limitMs`. Never rejects. */
  close(limitMs: number): Promise<void>
}

/** A signal that goes nowhere still has a provider: ids and sampling decisions travel on. */
export function withoutExport<P>(provider: P): SignalPipeline<P> {
  return { provider, account: () => EMPTY_ACCOUNT, failure: () => undefined, close: async () => {} }
}

/**
 * Empties a queue and closes its exporter, which comes last and gets what is left of the time: its own shutdown waits
 * for whatever hangs.
 */
export async function closeQueue<T>(
  clock: Clock,
  limitMs: number,
  queue: BatchQueue<T>,
  exporter: OpenExporter<never>,
): Promise<void> {
  const deadline = clock.now() + limitMs
  await queue.close(limitMs)
  await settleWithin(clock, Math.max(0, deadline - clock.now()), () => exporter.close())
}
