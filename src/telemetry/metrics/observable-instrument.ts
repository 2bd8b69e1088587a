import type { Observable, ObservableCallback } from '@opentelemetry/api'
import type { InstrumentDescriptor } from './instrument-descriptor.ts'
import { MeasurementCheck } from './measurement-check.ts'
import type { MetricStream } from './metric-stream.ts'

/** Where an instrument keeps its callbacks: with the others of its meter. */
export interface CallbackRegistry {
  add(callback: ObservableCallback, observables: readonly unknown[], kind: { readonly isBatch: false }): void
  remove(callback: ObservableCallback, observables: readonly unknown[], kind: { readonly isBatch: false }): void
}

/** An instrument whose values are read when somebody collects. */
export class ObservableInstrument implements Observable {
  readonly descriptor: InstrumentDescriptor
  readonly check: MeasurementCheck
  readonly streams: readonly MetricStream[]
  readonly #callbacks: CallbackRegistry

  constructor(descriptor: InstrumentDescriptor, streams: readonly MetricStream[], callbacks: CallbackRegistry) {
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
