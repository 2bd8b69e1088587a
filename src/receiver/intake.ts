import type { Socket } from 'node:net'
import type { Clock } from '../core/clock.ts'
import type { BufferBudget, BufferShare } from './buffer-budget.ts'
import type { CountKeeper } from './counts.ts'
import type { InflateLimits } from './inflate.ts'
import type { FaultSwitch } from './fault-switch.ts'
import type { OnExport } from './ended-export.ts'
import type { Ingest } from './ingest.ts'

/** What serving a request takes, of whatever protocol. */
export interface Intake {
  readonly maxBodyBytes: number
  readonly requestTimeoutMs: number
  readonly clock: Clock
  readonly budget: BufferBudget
  readonly counts: CountKeeper
  readonly ingest: Pick<Ingest, 'accept' | 'reject'>
}

/** What a receiver has besides: the faults that its requests can meet. */
export interface FaultyIntake extends Intake {
  readonly ingest: Pick<Ingest, 'accept' | 'reject'>
  readonly faults: FaultSwitch
  /** Connections on which nothing will be answered any more: nobody needs to wait for them. */
  readonly hopeless: Set<Socket>
  /** Connections on which there was a request. */
  readonly served: WeakSet<Socket>
  /** Told of each export request that has come to its end. */
  readonly onExport: OnExport | undefined
}

export function inflateLimits(intake: Intake, share: BufferShare): InflateLimits {
  return {
    maxBytes: intake.maxBodyBytes,
    share,
    onInflated: (bytes) => intake.counts.inflated(bytes),
  }
}
