import {
  type BatchObservableCallback,
  diag,
  type Meter as ApiMeter,
  type MetricAttributes,
  type MetricOptions,
  type Observable,
} from '@opentelemetry/api'
import {
  describeInstrument,
  type InstrumentDescriptor,
  type InstrumentType,
  isValidInstrumentName,
  measuresTheSame,
} from './instrument-descriptor.ts'
import type { MetricStream } from './metric-stream.ts'
import { ObservableCallbacks } from './observable-callbacks.ts'
import { ObservableInstrument } from './observable-instrument.ts'
import { SeriesStorage } from './series-storage.ts'
import type { MeterIdentity } from './stream-plan.ts'
import { type MeterRules, StreamRegistry } from './stream-registry.ts'
import { CounterInstrument, RecorderInstrument } from './sync-instruments.ts'

/** Instruments of one meter; whoever creates more makes names of data. */
const MAX_INSTRUMENTS = 2000

interface Created {
  readonly descriptor: InstrumentDescriptor
  readonly instrument: CounterInstrument | RecorderInstrument | ObservableInstrument
  readonly streams: readonly MetricStream[]
}

/**
 * Makes the instruments of one instrumentation scope. Asked twice for the same instrument (a name whatever its case, type,
 * unit and kind of value), it gives the same one. Never throws.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/sdk/#duplicate-instrument-registration
 */
export class Meter implements ApiMeter {
  readonly identity: MeterIdentity
  readonly callbacks = new ObservableCallbacks()
  readonly streams: StreamRegistry
  readonly #created = new Map<string, Created[]>()
  #count = 0

  constructor(identity: MeterIdentity, rules: MeterRules) {
    this.identity = identity
    this.streams = new StreamRegistry(identity, rules)
  }

  createCounter(name: string, options?: MetricOptions): CounterInstrument {
    return this.#create(name, 'counter', options) as CounterInstrument
  }

  createUpDownCounter(name: string, options?: MetricOptions): CounterInstrument {
    return this.#create(name, 'up_down_counter', options) as CounterInstrument
  }

  createHistogram(name: string, options?: MetricOptions): RecorderInstrument {
    return this.#create(name, 'histogram', options) as RecorderInstrument
  }

  createGauge(name: string, options?: MetricOptions): RecorderInstrument {
    return this.#create(name, 'gauge', options) as RecorderInstrument
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableInstrument {
    return this.#create(name, 'observable_counter', options) as ObservableInstrument
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableInstrument {
    return this.#create(name, 'observable_up_down_counter', options) as ObservableInstrument
  }

  createObservableGauge(name: string, options?: MetricOptions): ObservableInstrument {
    return this.#create(name, 'observable_gauge', options) as ObservableInstrument
  }

  addBatchObservableCallback<T extends MetricAttributes>(
    callback: BatchObservableCallback<T>,
    observables: Observable<T>[],
  ): void {
    this.callbacks.add(callback, observables, { isBatch: true })
  }

  removeBatchObservableCallback<T extends MetricAttributes>(
    callback: BatchObservableCallback<T>,
    observables: Observable<T>[],
  ): void {
    this.callbacks.remove(callback, observables, { isBatch: true })
  }

  #create(name: string, type: InstrumentType, options: MetricOptions | undefined): Created['instrument'] {
    const descriptor = describe(name, type, options ?? {})
    const key = descriptor.name.toLowerCase()
    const namesakes = this.#created.get(key) ?? []
    const same = namesakes.find((created) => measuresTheSame(created.descriptor, descriptor))
    if (same !== undefined) {
      this.#compare(same, descriptor)
      return same.instrument
    }
    if (!isValidInstrumentName(descriptor.name)) {
      diag.warn(`"${descriptor.name.slice(0, 300)}" is no valid name of an instrument; backends may refuse it.`)
    }
    if (this.#count >= MAX_INSTRUMENTS) {
      if (this.#count++ === MAX_INSTRUMENTS) {
        diag.warn(`The meter "${this.identity.name}" has ${MAX_INSTRUMENTS} instruments; more of them record nothing.`)
      }
      return this.#instrument(descriptor, [])
    }
    this.#count++
    const streams = this.streams.open(descriptor)
    const instrument = this.#instrument(descriptor, streams)
    this.#created.set(key, [...namesakes, { descriptor, instrument, streams }])
    return instrument
  }

  #instrument(descriptor: InstrumentDescriptor, streams: readonly MetricStream[]): Created['instrument'] {
    if (descriptor.type.startsWith('observable_')) {
      return new ObservableInstrument(descriptor, streams, this.callbacks)
    }
    const storages = streams.map(({ storage }) => storage).filter((storage) => storage instanceof SeriesStorage)
    const isCounter = descriptor.type === 'counter' || descriptor.type === 'up_down_counter'
    return isCounter ? new CounterInstrument(descriptor, storages) : new RecorderInstrument(descriptor, storages)
  }

  /** What is different about an instrument that exists already. */
  #compare({ descriptor, streams }: Created, other: InstrumentDescriptor): void {
    if (descriptor.name !== other.name) {
      diag.warn(`"${other.name}" and "${descriptor.name}" are one instrument: names differ in more than case.`)
    }
    if (descriptor.description === other.description || other.description === '') return
    diag.warn(`The instrument "${descriptor.name}" has two descriptions; the longer one is kept.`)
    for (const stream of streams) {
      const isOwn = stream.name === descriptor.name
      if (isOwn && other.description.length > stream.description.length) stream.description = other.description
    }
  }
}

function describe(name: string, type: InstrumentType, options: MetricOptions): InstrumentDescriptor {
  try {
    return describeInstrument(name, type, options)
  } catch (error) {
    // A getter or a proxy that throws.
    diag.warn('The options of an instrument could not be read, so it is made without', error)
    return describeInstrument(name, type, {})
  }
}
