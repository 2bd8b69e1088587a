import { diag } from '@opentelemetry/api'
import { allowsNegative, type InstrumentDescriptor } from './instrument-descriptor.ts'

/**
 * Says which values an instrument takes. Anything but a finite number would spoil a sum until the process ends, so it is
 * dropped; a gauge takes every number, because there the next value puts it right.
 */
export class MeasurementCheck {
  readonly #descriptor: InstrumentDescriptor
  readonly #min: number
  readonly #isInteger: boolean
  readonly #takesAnyNumber: boolean
  #hasWarned = false

  constructor(descriptor: InstrumentDescriptor) {
    const { type } = descriptor
    this.#descriptor = descriptor
    this.#min = allowsNegative(type) ? -Number.MAX_VALUE : 0
    this.#isInteger = descriptor.valueType === 'int'
    this.#takesAnyNumber = type === 'gauge' || type === 'observable_gauge'
  }

  /** Whether a value can be taken as it is; otherwise {@link admit} decides. */
  isSimple(value: number): boolean {
    return !this.#isInteger && typeof value === 'number' && value >= this.#min && value <= Number.MAX_VALUE
  }

  /** What is measured, or `undefined` when it is dropped. */
  admit(value: number): number | undefined {
    if (typeof value !== 'number') return this.#refuse(`a ${typeof value} where a number must be`)
    if (value < this.#min) return this.#refuse('a negative value')
    if (!Number.isFinite(value) && (!this.#takesAnyNumber || this.#isInteger)) return this.#refuse('no finite number')
    if (!this.#isInteger) return value
    // Adding 0 makes the negative zero, which no integer is, a zero.
    if (Number.isInteger(value)) return value + 0
    this.#warn('gets fractions and takes integers: they are cut off')
    return Math.trunc(value) + 0
  }

  #refuse(what: string): undefined {
    this.#warn(`gets ${what}: dropped`)
    return undefined
  }

  #warn(text: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    diag.warn(`The ${this.#descriptor.type.replaceAll('_', ' ')} "${this.#descriptor.name}" ${text}. Said once.`)
  }
}
