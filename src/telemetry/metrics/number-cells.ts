import type { Exemplar, NumberPoint, NumberType } from '../../otlp/model.ts'
import { Cell } from './cell.ts'
import type { SeriesIdentity } from './series-attributes.ts'
import type { ValueBuffer } from './value-buffer.ts'

abstract class NumberCell extends Cell<NumberPoint> {
  readonly #valueType: NumberType
  value = 0

  constructor(identity: SeriesIdentity, startUnixNano: bigint, valueType: NumberType) {
    super(identity, startUnixNano)
    this.#valueType = valueType
  }

  reset(): void {
    this.value = 0
  }

  save(buffer: ValueBuffer): number {
    const at = buffer.claim(1)
    buffer.values[at] = this.value
    return at
  }

  toPoint(
    values: Float64Array,
    at: number,
    startUnixNano: bigint,
    timeUnixNano: bigint,
    exemplars: readonly Exemplar[],
  ): NumberPoint {
    return {
      attributes: this.attributes,
      startTimeUnixNano: startUnixNano,
      timeUnixNano,
      flags: 0,
      value: values[at] as number,
      valueType: this.#valueType,
      exemplars,
    }
  }
}

/** The sum of what was recorded. */
export class SumCell extends NumberCell {
  record(value: number): number {
    this.isTouched = true
    this.value += value
    return 0
  }
}

/** What was recorded last. */
export class LastValueCell extends NumberCell {
  record(value: number): number {
    this.isTouched = true
    this.value = value
    return 0
  }
}
