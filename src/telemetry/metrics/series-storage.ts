import type { Context } from '@opentelemetry/api'
import { EMPTY_LIST, NO_ATTRIBUTES } from '../../otlp/attribute-bag.ts'
import type { Attributes } from '../../otlp/model.ts'
import { type Aggregation, createCell, createReservoir } from './aggregation.ts'
import type { Cell } from './cell.ts'
import { CellSnapshot } from './cell-snapshot.ts'
import type { ExemplarPolicy } from './exemplar-policy.ts'
import type { KeptMeasurement } from './exemplar-reservoir.ts'
import type { Observed } from './observed-storage.ts'
import { BARE, identifySeries, type KeepsKey, OVERFLOW, type SeriesIdentity } from './series-attributes.ts'
import { SeriesPaths } from './series-paths.ts'
import { toUnixNano } from './unix-nano.ts'
import type { ValueBuffer } from './value-buffer.ts'

/** Paths to a series: a few orders of a few attributes each. */
const PLACES_PER_SERIES = 16

export interface SeriesStorageOptions {
  readonly aggregation: Aggregation
  readonly isDelta: boolean
  /** Series at most, the overflow included. */
  readonly cardinalityLimit: number
  /** Which attributes tell series apart. @default all */
  readonly keeps: KeepsKey | undefined
  readonly policy: ExemplarPolicy
}

/**
 * The series of one stream whose measurements come one by one. With cumulative temporality several readers share it; a
 * reader with delta temporality has one of its own, which begins anew with each collection: series in which nothing was
 * recorded since are gone, unless a bound instrument holds them.
 *
 * What does not fit into the limit is recorded in one series with `otel.metric.overflow=true`.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#cardinality-limits
 */
export class SeriesStorage {
  /** Whether measurements are to be offered as exemplars. */
  readonly hasExemplars: boolean
  readonly #aggregation: Aggregation
  readonly #isDelta: boolean
  readonly #maxSeries: number
  readonly #keeps: KeepsKey | undefined
  readonly #policy: ExemplarPolicy
  readonly #cells = new Map<string, Cell>()
  readonly #paths: SeriesPaths<Cell>
  readonly #overflow: Cell
  /** The series without attributes, the most usual of all. */
  #bare: Cell | undefined = undefined
  /** Series that count against the limit: with something recorded, or held by a bound instrument. */
  #active = 0
  #pinned = 0
  #startUnixNano: bigint

  constructor(options: SeriesStorageOptions) {
    this.#aggregation = options.aggregation
    this.#isDelta = options.isDelta
    this.#maxSeries = options.cardinalityLimit - 1
    this.#keeps = options.keeps
    this.#policy = options.policy
    this.hasExemplars = !options.policy.isOff
    this.#paths = new SeriesPaths(options.cardinalityLimit * PLACES_PER_SERIES, options.keeps)
    this.#startUnixNano = toUnixNano(options.policy.unixNow())
    this.#overflow = createCell(options.aggregation, OVERFLOW, this.#startUnixNano)
  }

  /** Takes only what its instrument has checked. */
  record(value: number, attributes: object | undefined, context: Context | undefined): void {
    let cell = attributes === undefined ? this.#bare : this.#paths.find(attributes)
    if (cell === undefined || !cell.isTouched) cell = this.#activate(attributes)
    const bucket = cell.record(value)
    if (this.hasExemplars) this.offer(cell, value, bucket, attributes, context)
  }

  /**
   * A value that a callback reports, as one more measurement. Reads the attributes at once.
   *
   * @returns makes it count
   */
  observe(value: number, attributes: object | undefined): Observed {
    const copy = attributes === undefined ? undefined : identifySeries(attributes).attributes
    return { commit: () => this.record(value, copy, undefined) }
  }

  /** The series of these attributes, to be recorded in directly. It keeps its place for good, if there is one left. */
  pin(attributes: object | undefined): Cell {
    const identity = identifySeries(attributes, this.#keeps)
    const known = this.#cells.get(identity.key)
    if (known?.isPinned === true) return known
    if (known?.isTouched !== true) {
      if (this.#active >= this.#maxSeries) return this.#overflow
      this.#active++
    }
    const cell = known ?? this.#create(identity)
    cell.isPinned = true
    this.#pinned++
    return cell
  }

  /** Takes down every series, in one go; of exemplars what was measured at `exemplarsSinceUnixMs` or later. */
  collect(timeUnixNano: bigint, exemplarsSinceUnixMs: number, buffer: ValueBuffer): CellSnapshot {
    const start = this.#isDelta ? this.#startUnixNano : undefined
    const snapshot = new CellSnapshot(buffer, timeUnixNano, start, this.#aggregation.valueType)
    for (const cell of this.#cells.values()) {
      if (cell.isTouched) this.#take(cell, snapshot, exemplarsSinceUnixMs)
      // Paths that lead to it find a cell in which nothing was recorded, and so look again.
      else if (this.#isDelta && !cell.isPinned) this.#cells.delete(cell.key)
    }
    if (this.#overflow.isTouched) this.#take(this.#overflow, snapshot, exemplarsSinceUnixMs)
    if (this.#isDelta) {
      this.#active = this.#pinned
      this.#startUnixNano = timeUnixNano
    }
    return snapshot
  }

  #take(cell: Cell, snapshot: CellSnapshot, exemplarsSinceUnixMs: number): void {
    snapshot.add(cell, this.#takeExemplars(cell, exemplarsSinceUnixMs))
    if (!this.#isDelta) return
    cell.reset()
    cell.isTouched = false
  }

  #takeExemplars(cell: Cell, sinceUnixMs: number): readonly KeptMeasurement[] {
    if (cell.exemplars === undefined) return EMPTY_LIST
    const kept = cell.exemplars.keptSince(sinceUnixMs)
    if (this.#isDelta) cell.exemplars.clear()
    else cell.exemplars.nextRound()
    return kept
  }

  /** The cell of attributes that are new, or in which nothing was recorded since the latest collection. */
  #activate(attributes: object | undefined): Cell {
    const identity = attributes === undefined ? BARE : identifySeries(attributes, this.#keeps)
    let cell = this.#cells.get(identity.key)
    if (cell === undefined || (!cell.isTouched && !cell.isPinned)) {
      if (this.#active >= this.#maxSeries) return this.#overflow
      this.#active++
      cell ??= this.#create(identity)
    }
    if (attributes !== undefined) this.#paths.remember(attributes, cell)
    else this.#bare = cell
    return cell
  }

  #create(identity: SeriesIdentity): Cell {
    const start = this.#isDelta ? this.#startUnixNano : toUnixNano(this.#policy.unixNow())
    const cell = createCell(this.#aggregation, identity, start)
    this.#cells.set(identity.key, cell)
    return cell
  }

  /** A measurement that was recorded in a cell of this storage may become an exemplar. */
  offer(cell: Cell, value: number, bucket: number, attributes: object | undefined, context: Context | undefined): void {
    const policy = this.#policy
    const span = policy.spanOf(context)
    if (span === undefined) return
    const reservoir = (cell.exemplars ??= createReservoir(this.#aggregation))
    const place = reservoir.place(bucket, policy.random)
    if (place === -1) return
    reservoir.keep(place, {
      value,
      unixMs: policy.unixNow(),
      traceId: span.traceId,
      spanId: span.spanId,
      filteredAttributes: this.#filtered(cell, attributes),
    })
  }

  /** What was measured with it and does not belong to its series. */
  #filtered(cell: Cell, attributes: object | undefined): Attributes {
    if (attributes === undefined) return NO_ATTRIBUTES
    if (cell === this.#overflow) return identifySeries(attributes).attributes
    const keeps = this.#keeps
    return keeps === undefined ? NO_ATTRIBUTES : identifySeries(attributes, (key) => !keeps(key)).attributes
  }
}
