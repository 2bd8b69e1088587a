import type { Context, Counter, Gauge, Histogram, MetricAttributes, UpDownCounter } from '@opentelemetry/api'
import { BoundInstrument } from './bound-instrument.ts'
import type { InstrumentDescriptor } from './instrument-descriptor.ts'
import { MeasurementCheck } from './measurement-check.ts'
import type { SeriesStorage } from './series-storage.ts'

/** A counter or up-down counter for one set of attributes. */
export interface BoundCounter {
  add(value: number, context?: Context): void
}

/** A histogram or gauge for one set of attributes. */
export interface BoundRecorder {
  record(value: number, context?: Context): void
}

/**
 * What all instruments have in common whose measurements come one by one. Recording never throws and never waits; a value
 * that the instrument cannot take is dropped, and a warning says so once.
 */
abstract class SyncInstrument {
  readonly #check: MeasurementCheck
  readonly #storages: readonly SeriesStorage[]
  readonly #first: SeriesStorage | undefined

  constructor(descriptor: InstrumentDescriptor, storages: readonly SeriesStorage[]) {
    this.#check = new MeasurementCheck(descriptor)
    this.#storages = storages
    this.#first = storages.length === 1 ? storages[0] : undefined
  }

  protected measure(value: number, attributes: object | undefined, context: Context | undefined): void {
    const check = this.#check
    const measured = check.isSimple(value) ? value : check.admit(value)
    if (measured === undefined) return
    const set = attributes === null ? undefined : attributes
    const first = this.#first
    if (first !== undefined) return first.record(measured, set, context)
    const storages = this.#storages
    for (let index = 0; index < storages.length; index++)
      (storages[index] as SeriesStorage).record(measured, set, context)
  }

  protected hold(attributes: object | undefined): BoundInstrument {
    return new BoundInstrument(this.#check, this.#storages, attributes)
  }
}

export class CounterInstrument extends SyncInstrument implements Counter, UpDownCounter {
  add(value: number, attributes?: MetricAttributes, context?: Context): void {
    this.measure(value, attributes, context)
  }

  /**
   * The counter for one set of attributes, read now and never again: adding to it looks nothing up. It holds its series
   * for as long as the provider lives, so bind a few sets that come again and again, not each one that comes.
   */
  bind(attributes?: MetricAttributes): BoundCounter {
    return this.hold(attributes)
  }
}

export class RecorderInstrument extends SyncInstrument implements Histogram, Gauge {
  record(value: number, attributes?: MetricAttributes, context?: Context): void {
    this.measure(value, attributes, context)
  }

  /** The histogram or gauge for one set of attributes: see {@link CounterInstrument.bind}. */
  bind(attributes?: MetricAttributes): BoundRecorder {
    return this.hold(attributes)
  }
}
