import type { Trial } from './trial.ts'
import type { Voyage } from './voyage.ts'

/** A voyage that is to be sailed, and for whom. */
export interface Leg {
  readonly voyage: Voyage
  readonly trials: readonly Trial[]
  /** About how long it takes, with the starts and the stops of the service. */
  readonly estimateMs: number
}
