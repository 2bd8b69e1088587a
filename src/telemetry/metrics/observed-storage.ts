import { EMPTY_LIST } from '../../otlp/attribute-bag.ts'
import type { Attributes, NumberPoint, NumberType } from '../../otlp/model.ts'
import type { SeriesSnapshot } from './collected-metric.ts'
import type { KeepsKey, SeriesIdentity } from './series-attributes.ts'
import { identifySeries, OVERFLOW } from './series-attributes.ts'
import { SeriesPaths } from './series-paths.ts'
import { startOf, toUnixNano } from './unix-nano.ts'
import type { ValueBuffer } from './value-buffer.ts'

/** Paths to a series: a few orders of a few attributes each. */
const PLACES_PER_SERIES = 16

export interface ObservedStorageOptions {
  readonly kind: 'sum' | 'lastValue'
  readonly isMonotonic: boolean
  readonly valueType: NumberType
  readonly isDelta: boolean
  /** Series at most, the overflow included. */
  readonly cardinalityLimit: number
  readonly keeps: KeepsKey | undefined
  readonly unixNow: () => number
}

/** One series of what callbacks report. */
class ObservedCell {
  readonly attributes: Attributes
  readonly key: string
  startUnixNano: bigint
  /** In which collection it was observed latest. */
  round: number
  /** The same, be it by a callback that has not ended. */
  openRound = 0
  /** It had to make room: whoever still finds it by a path looks again. */
  isForgotten = false
  value = 0
  /** What was reported latest, and when. */
  reported: number | undefined = undefined
  reportedUnixNano = 0n

  constructor(identity: SeriesIdentity, startUnixNano: bigint, round: number) {
    this.attributes = identity.attributes
    this.key = identity.key
    this.startUnixNano = startUnixNano
    this.round = round
  }
}

/** An observation of a callback that has not ended yet. */
export interface Observed {
  /** The callback has ended well: it counts. */
  commit(): void
}

/** One of them. A class, because a collection makes thousands at once, where closures cost twice as much. */
class Observation implements Observed {
  readonly cell: ObservedCell
  /** All attributes, those that the stream leaves out included. */
  readonly fullKey: string
  readonly value: number
  readonly #storage: ObservedStorage

  constructor(storage: ObservedStorage, cell: ObservedCell, fullKey: string, value: number) {
    this.#storage = storage
    this.cell = cell
    this.fullKey = fullKey
    this.value = value
  }

  commit(): void {
    this.#storage.commit(this)
  }
}

/** The cells that were observed, with the values that they had then. */
class ObservedSnapshot implements SeriesSnapshot {
  readonly #buffer: ValueBuffer
  readonly #timeUnixNano: bigint
  readonly #valueType: NumberType
  readonly #cells: ObservedCell[] = []
  readonly #places: number[] = []

  constructor(buffer: ValueBuffer, timeUnixNano: bigint, valueType: NumberType) {
    this.#buffer = buffer
    this.#timeUnixNano = timeUnixNano
    this.#valueType = valueType
  }

  get count(): number {
    return this.#cells.length
  }

  add(cell: ObservedCell, value: number): void {
    const at = this.#buffer.claim(1)
    this.#buffer.values[at] = value
    this.#cells.push(cell)
    this.#places.push(at)
  }

  points(start: number, end: number): readonly NumberPoint[] {
    const points: NumberPoint[] = []
    for (let index = start; index < end; index++) {
      const { attributes, startUnixNano } = this.#cells[index] as ObservedCell
      points.push({
        attributes,
        startTimeUnixNano: startOf(startUnixNano, this.#timeUnixNano),
        timeUnixNano: this.#timeUnixNano,
        flags: 0,
        value: this.#buffer.values[this.#places[index] as number] as number,
        valueType: this.#valueType,
        exemplars: EMPTY_LIST,
      })
    }
    return points
  }
}

/**
 * The series of one stream whose values are read by callbacks when somebody collects. What was not observed in a
 * collection is not reported; it is remembered until its place is needed for a new one, so that a callback that failed
 * once is no reset.
 */
export class ObservedStorage {
  readonly #options: ObservedStorageOptions
  readonly #cells = new Map<string, ObservedCell>()
  readonly #overflow: ObservedCell
  readonly #paths: SeriesPaths<ObservedCell>
  /** Observations of this collection that may have to be added up: by all of their attributes. */
  readonly #parts = new Map<string, Observation>()
  #round = 1
  /** Those that may be forgotten in this collection, the longest unobserved last; `undefined` before it is asked for. */
  #forgettable: ObservedCell[] | undefined = undefined
  /** Of the latest collection; before it, of the creation. */
  #latestUnixNano: bigint

  constructor(options: ObservedStorageOptions) {
    this.#options = options
    this.#latestUnixNano = toUnixNano(options.unixNow())
    this.#overflow = new ObservedCell(OVERFLOW, this.#latestUnixNano, 0)
    this.#paths = new SeriesPaths(options.cardinalityLimit * PLACES_PER_SERIES)
  }

  /** Begins a collection. */
  begin(): void {
    this.#round++
    this.#forgettable = undefined
    this.#parts.clear()
  }

  /**
   * Reads the attributes at once, because a callback may use an object for several observations.
   *
   * @returns makes the observation count
   */
  observe(value: number, attributes: object | undefined): Observed {
    const { keeps } = this.#options
    const known = attributes === undefined ? undefined : this.#paths.find(attributes)
    if (known?.isForgotten === false) {
      known.openRound = this.#round
      return new Observation(this, known, '', value)
    }
    const identity = identifySeries(attributes, keeps)
    const cell = this.#cells.get(identity.key) ?? this.#create(identity)
    cell.openRound = this.#round
    const needsAll = keeps !== undefined || cell === this.#overflow
    if (!needsAll && attributes !== undefined) this.#paths.remember(attributes, cell)
    return new Observation(this, cell, needsAll ? identifySeries(attributes).key : '', value)
  }

  /** Takes down every series that was observed, in one go. */
  collect(timeUnixNano: bigint, buffer: ValueBuffer): SeriesSnapshot {
    this.#addUp()
    const snapshot = new ObservedSnapshot(buffer, timeUnixNano, this.#options.valueType)
    for (const cell of this.#cells.values()) {
      if (cell.round === this.#round) snapshot.add(cell, this.#take(cell, timeUnixNano))
    }
    const overflow = this.#overflow
    if (overflow.round === this.#round) snapshot.add(overflow, this.#take(overflow, timeUnixNano))
    this.#latestUnixNano = timeUnixNano
    return snapshot
  }

  /** An observation counts. The latest one of the same attributes holds. */
  commit(observation: Observation): void {
    const { cell } = observation
    const isAdded = this.#options.kind === 'sum' && (this.#options.keeps !== undefined || cell === this.#overflow)
    if (isAdded) this.#parts.set(observation.fullKey, observation)
    else cell.value = observation.value
    cell.round = this.#round
  }

  /** Where attributes are left out, sums of several observations make one series. */
  #addUp(): void {
    for (const { cell } of this.#parts.values()) cell.value = 0
    for (const { cell, value } of this.#parts.values()) cell.value += value
    this.#parts.clear()
  }

  /** @returns the value to report */
  #take(cell: ObservedCell, timeUnixNano: bigint): number {
    const { kind, isMonotonic, isDelta } = this.#options
    const { value, reported } = cell
    const isReset = isMonotonic && reported !== undefined && value < reported
    let difference = value
    if (kind === 'sum' && isDelta) {
      if (reported !== undefined) cell.startUnixNano = cell.reportedUnixNano
      if (reported !== undefined && !isReset) difference -= reported
    } else if (isReset) {
      cell.startUnixNano = cell.reportedUnixNano
    }
    cell.reported = value
    cell.reportedUnixNano = timeUnixNano
    return difference
  }

  #create(identity: SeriesIdentity): ObservedCell {
    if (this.#cells.size >= this.#options.cardinalityLimit - 1 && !this.#forgetOne()) return this.#overflow
    // As if it had been observed in the latest collection: it is not the first to go.
    const cell = new ObservedCell(identity, this.#latestUnixNano, this.#round - 1)
    this.#cells.set(identity.key, cell)
    return cell
  }

  /** Forgets the series that was not observed for the longest time, unless it was in the latest collection. */
  #forgetOne(): boolean {
    this.#forgettable ??= Array.from(this.#cells.values())
      .filter(({ round }) => round < this.#round - 1)
      .reverse()
      .sort((one, other) => other.round - one.round)
    for (let cell = this.#forgettable.pop(); cell !== undefined; cell = this.#forgettable.pop()) {
      if (cell.openRound === this.#round) continue
      cell.isForgotten = true
      return this.#cells.delete(cell.key)
    }
    return false
  }
}
