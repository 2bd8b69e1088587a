import { EMPTY_LIST } from '../../otlp/attribute-bag.ts'
import type { Exemplar, NumberType } from '../../otlp/model.ts'
import type { Cell, MetricPoint } from './cell.ts'
import type { SeriesSnapshot } from './collected-metric.ts'
import { type KeptMeasurement, toExemplars } from './exemplar-reservoir.ts'
import { startOf } from './unix-nano.ts'
import type { ValueBuffer } from './value-buffer.ts'

/** The cells of a storage at one moment: their numbers lie in a buffer. */
export class CellSnapshot implements SeriesSnapshot {
  readonly #buffer: ValueBuffer
  readonly #timeUnixNano: bigint
  /** With delta temporality the same for all; else each cell has its own. */
  readonly #startUnixNano: bigint | undefined
  readonly #valueType: NumberType
  readonly #cells: Cell[] = []
  readonly #places: number[] = []
  readonly #kept: (readonly KeptMeasurement[])[] = []

  constructor(buffer: ValueBuffer, timeUnixNano: bigint, startUnixNano: bigint | undefined, valueType: NumberType) {
    this.#buffer = buffer
    this.#timeUnixNano = timeUnixNano
    this.#startUnixNano = startUnixNano
    this.#valueType = valueType
  }

  get count(): number {
    return this.#cells.length
  }

  add(cell: Cell, kept: readonly KeptMeasurement[]): void {
    this.#cells.push(cell)
    this.#places.push(cell.save(this.#buffer))
    this.#kept.push(kept)
  }

  points(start: number, end: number): readonly MetricPoint[] {
    const points: MetricPoint[] = []
    for (let index = start; index < end; index++) {
      const cell = this.#cells[index] as Cell
      const startUnixNano = startOf(this.#startUnixNano ?? cell.startUnixNano, this.#timeUnixNano)
      const place = this.#places[index] as number
      points.push(cell.toPoint(this.#buffer.values, place, startUnixNano, this.#timeUnixNano, this.#exemplars(index)))
    }
    return points
  }

  #exemplars(index: number): readonly Exemplar[] {
    const kept = this.#kept[index] as readonly KeptMeasurement[]
    return kept.length === 0 ? EMPTY_LIST : toExemplars(kept, this.#valueType)
  }
}
