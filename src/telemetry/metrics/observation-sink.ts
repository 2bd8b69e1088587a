import type { ObservableInstrument } from './observable-instrument.ts'
import type { Observed, ObservedStorage } from './observed-storage.ts'
import type { SeriesStorage } from './series-storage.ts'

/** Where the observations of an instrument go, for the reader that collects. */
export type ObservationTarget = ObservedStorage | SeriesStorage

/** The targets of an instrument in this collection. */
export type FindTargets = (instrument: ObservableInstrument) => readonly ObservationTarget[]

/**
 * What one callback observes in one collection. Nothing of it counts before the callback has ended well, and nothing that
 * comes later.
 */
export class ObservationSink {
  readonly #instruments: ReadonlySet<ObservableInstrument>
  readonly #findTargets: FindTargets
  readonly #observed: Observed[] = []
  #isClosed = false

  constructor(instruments: ReadonlySet<ObservableInstrument>, findTargets: FindTargets) {
    this.#instruments = instruments
    this.#findTargets = findTargets
  }

  observe(instrument: ObservableInstrument, value: number, attributes: object | undefined): void {
    if (this.#isClosed || !this.#instruments.has(instrument)) return
    const measured = instrument.check.admit(value)
    if (measured === undefined) return
    for (const target of this.#findTargets(instrument))
      this.#observed.push(target.observe(measured, attributes ?? undefined))
  }

  /** The callback has ended well: all of it counts. */
  commit(): void {
    if (this.#isClosed) return
    this.close()
    for (const observed of this.#observed) observed.commit()
  }

  /** Whatever comes from now on is ignored. */
  close(): void {
    this.#isClosed = true
  }
}
