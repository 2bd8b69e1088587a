import type { Observable, ObservableCallback } from '@opentelemetry/api'
import type { InstrumentDescriptor } from './instrument-descriptor.ts'
import { MeasurementCheck } from './measurement-check.ts'
import type { MetricStream } from './metric-stream.ts'
import type { ObservableCallbacks } from './observable-callbacks.ts'

/** An instrument whose values are read when somebody collects. */
export class ObservableInstrument implements Observable {
  readonly descriptor: InstrumentDescriptor
  readonly check: MeasurementCheck
  readonly streams: readonly MetricStream[]
  readonly #callbacks: ObservableCallbacks

  constructor(descriptor: InstrumentDescriptor, streams: readonly MetricStream[], callbacks: ObservableCallbacks) {
    this.descriptor = descriptor
    this.streams = streams
    this.check = new MeasurementCheck(descriptor)
    this.#callbacks = callbacks
  }

  /** The same callback counts once. */
  addCallback(callback: ObservableCallback): void {
    this.#callbacks.add(callback, [this], { isBatch: false })
  }

  removeCallback(callback: ObservableCallback): void {
    this.#callbacks.remove(callback, [this], { isBatch: false })
  }
}
