import type { Clock } from '../core/clock.ts'
import type { BufferBudget, BufferShare } from './buffer-budget.ts'
import type { CountKeeper } from './counts.ts'
import type { InflateLimits } from './inflate.ts'
import type { Ingest } from './ingest.ts'

/** What serving a request takes, of whatever protocol. */
export interface Intake {
  readonly maxBodyBytes: number
  readonly requestTimeoutMs: number
  readonly clock: Clock
  readonly budget: BufferBudget
  readonly counts: CountKeeper
  readonly ingest: Ingest
}

export function inflateLimits(intake: Intake, share: BufferShare): InflateLimits {
  return {
    maxBytes: intake.maxBodyBytes,
    share,
    onInflated: (bytes) => intake.counts.inflated(bytes),
  }
}
