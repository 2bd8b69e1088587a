import type { Context } from '@opentelemetry/api'
import type { Cell } from './cell.ts'
import type { MeasurementCheck } from './measurement-check.ts'
import { identifySeries } from './series-attributes.ts'
import type { SeriesStorage } from './series-storage.ts'

/** A series of an instrument, in each of its streams. */
interface BoundSeries {
  readonly storage: SeriesStorage
  readonly cell: Cell
}

/** An instrument for one set of attributes: recording touches only its own cells. */
export class BoundInstrument {
  readonly #check: MeasurementCheck
  readonly #attributes: object | undefined
  readonly #series: readonly BoundSeries[]
  /** The only series: one stream is the usual case, and needs no loop. */
  readonly #cell: Cell | undefined
  readonly #storage: SeriesStorage | undefined

  constructor(check: MeasurementCheck, storages: readonly SeriesStorage[], attributes: object | undefined) {
    this.#check = check
    // A copy, for the attributes of exemplars: what is measured is not to change with an object of the caller.
    this.#attributes =
      attributes === undefined || attributes === null ? undefined : identifySeries(attributes).attributes
    this.#series = storages.map((storage) => ({ storage, cell: storage.pin(this.#attributes) }))
    const only = this.#series.length === 1 ? this.#series[0] : undefined
    this.#cell = only?.cell
    this.#storage = only?.storage
  }

  add(value: number, context?: Context): void {
    this.record(value, context)
  }

  record(value: number, context?: Context): void {
    const check = this.#check
    const measured = check.isSimple(value) ? value : check.admit(value)
    if (measured === undefined) return
    const cell = this.#cell
    if (cell !== undefined) {
      const bucket = cell.record(measured)
      if (this.#storage?.hasExemplars === true) {
        this.#storage.offer(cell, measured, bucket, this.#attributes, context)
      }
      return
    }
    for (const { storage, cell } of this.#series) {
      const bucket = cell.record(measured)
      if (storage.hasExemplars) storage.offer(cell, measured, bucket, this.#attributes, context)
    }
  }
}
