import type { Clock } from '../../core/clock.ts'
import type { Signal } from '../../otlp/model.ts'
import type { BatchLimits } from './batch-limits.ts'
import type { QueueTrouble } from './queue-trouble.ts'
import type { Spool, SpoolListener } from './spool.ts'
import type { Transport } from './transport.ts'

/** Where one signal goes. */
export interface OutboxSignal {
  readonly transport: Transport
  readonly limits: BatchLimits
  /** Of one attempt, connecting included: `OTEL_EXPORTER_OTLP_TIMEOUT`. That of the limits holds as well. */
  readonly timeoutMs: number
}

export interface OutboxOptions {
  readonly clock: Clock
  /** The signals that are sent. What comes of another one is dropped. */
  readonly signals: Readonly<Partial<Record<Signal, OutboxSignal>>>
  /** Opens the spool, whose events go to the listener. @default none: what waits is in memory only */
  readonly openSpool?: (listener: SpoolListener) => Spool
  /** Bytes that wait in memory, over all signals. @default 16 MiB, see `MAX_WAITING_BYTES` */
  readonly maxWaitingBytes?: number
  readonly onTrouble?: (signal: Signal, trouble: QueueTrouble) => void
  /** Whether nobody has asked for a collector, and none has ever been there. @default never */
  readonly isUnasked?: () => boolean
  /** 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number
}
