import type { Lifetime } from '../history/lifetime.ts'
import type { HarnessError, RunSettings } from '../report.ts'

/** Grows with every change after which an older reader would read something else. */
export const SAVED_FORMAT = 1

/** What the first line says, so that a file can be told from any other. */
export const SAVED_NAME = 'seaworthy trial'

/** The first line of a saved run. */
export interface SavedHeader extends RunSettings {
  readonly record: typeof SAVED_NAME
  readonly format: typeof SAVED_FORMAT
}

/** A voyage begins; its lifetimes follow, and the events of each follow that. */
export interface SavedVoyage {
  readonly record: 'voyage'
  readonly voyage: string
  readonly attempt: number
  readonly tookMs: number
  readonly isWhole: boolean
  readonly error?: HarnessError
}

export interface SavedLifetime extends Omit<Lifetime, 'events'> {
  readonly record: 'lifetime'
  /** How many lines of events follow. */
  readonly eventCount: number
}

/** The last line: without it the file was cut off. */
export interface SavedEnd {
  readonly record: 'end'
  readonly tookMs: number
  readonly isInterrupted: boolean
}

/** A line of a saved run; what has no `record` is an event. */
export type SavedRecord = SavedHeader | SavedVoyage | SavedLifetime | SavedEnd
