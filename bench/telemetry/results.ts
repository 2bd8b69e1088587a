import type { MeasuredOn } from '../measured-on.ts'
import type { InProcess, MomentCell, PausesUnderLoad, SpanCost, Start } from './moments.ts'
import type { TourCell } from './tour.ts'

/** What one version of Node gave. What was not measured is empty. */
export interface NodeMeasurement {
  readonly node: string
  readonly tour: readonly TourCell[]
  readonly inProcess: readonly MomentCell<InProcess>[]
  readonly starts: readonly MomentCell<Start>[]
  readonly pauses: readonly MomentCell<PausesUnderLoad>[]
  readonly spans: readonly MomentCell<SpanCost>[]
}

/** What one invocation measured; `nodes` says on which Nodes. */
export interface Measurement extends Omit<MeasuredOn, 'node'> {
  readonly isPinned: boolean
  /** What the load can send to a server that does nothing. */
  readonly loadLimitPerS: number
  readonly tookMs: number
  readonly versions: Readonly<Record<string, string>>
  /** What could not be measured. */
  readonly troubles: readonly string[]
  readonly nodes: readonly NodeMeasurement[]
  /** The files of the profiles that are kept. */
  readonly profiles: readonly string[]
}
