import type { Attributes, Exemplar, NumberType } from '../../otlp/model.ts'
import { toUnixNano } from './unix-nano.ts'

/** One measurement that stands for others, with the span in which it was made. */
export interface KeptMeasurement {
  readonly value: number
  readonly unixMs: number
  readonly traceId: string
  readonly spanId: string
  readonly filteredAttributes: Attributes
}

/**
 * Chooses a few measurements of a series, each with the same chance: one for each bucket of a histogram with fixed
 * boundaries (`aligned`), else `size` of all. What was chosen stays until something newer is chosen after a collection.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#exemplarreservoir
 */
export class ExemplarReservoir {
  readonly #size: number
  readonly #isAligned: boolean
  /** How many were offered since the latest collection: for each bucket, or in all. */
  readonly #offered: number[]
  readonly #kept: (KeptMeasurement | undefined)[]

  constructor(size: number, { isAligned }: { readonly isAligned: boolean }) {
    this.#size = size
    this.#isAligned = isAligned
    this.#offered = Array.from({ length: isAligned ? size : 1 }, () => 0)
    this.#kept = Array.from({ length: size }, () => undefined)
  }

  /** Where a measurement is to be kept; -1 when others were luckier. */
  place(bucket: number, random: () => number): number {
    const counter = this.#isAligned ? bucket : 0
    const offered = (this.#offered[counter] as number) + 1
    this.#offered[counter] = offered
    if (this.#isAligned) return offered === 1 || random() * offered < 1 ? bucket : -1
    if (offered <= this.#size) return offered - 1
    const place = Math.floor(random() * offered)
    return place < this.#size ? place : -1
  }

  keep(place: number, measurement: KeptMeasurement): void {
    this.#kept[place] = measurement
  }

  /** Begins a new round of choosing. */
  nextRound(): void {
    this.#offered.fill(0)
  }

  clear(): void {
    this.#offered.fill(0)
    this.#kept.fill(undefined)
  }

  /** What was measured at `sinceUnixMs` or later. */
  keptSince(sinceUnixMs: number): readonly KeptMeasurement[] {
    const found: KeptMeasurement[] = []
    for (const kept of this.#kept) if (kept !== undefined && kept.unixMs >= sinceUnixMs) found.push(kept)
    return found
  }
}

export function toExemplars(kept: readonly KeptMeasurement[], valueType: NumberType): Exemplar[] {
  return kept.map(({ filteredAttributes, unixMs, value, traceId, spanId }) => ({
    filteredAttributes,
    timeUnixNano: toUnixNano(unixMs),
    value,
    valueType,
    traceId,
    spanId,
  }))
}
