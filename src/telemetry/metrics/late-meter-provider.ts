import type {
  BatchObservableCallback,
  Counter,
  Gauge,
  Histogram,
  Meter,
  MeterOptions,
  MeterProvider,
  MetricOptions,
  Observable,
  ObservableCallback,
  ObservableCounter,
  ObservableGauge,
  ObservableUpDownCounter,
  UpDownCounter,
} from '@opentelemetry/api'
import { textOrNothing } from './given-text.ts'

/**
 * A meter provider for code that asks for its instruments before telemetry has begun, such as the instrumentations of
 * libraries: the API has one for tracers and loggers, and none for meters. What is measured before the start is not
 * recorded; from then on everything is, by whatever is started here. Always the same object.
 *
 * @example
 * registerInstrumentations({ instrumentations: [new PgInstrumentation()], meterProvider: lateMeterProvider() })
 */
export function lateMeterProvider(): MeterProvider {
  return LATE
}

/** Gives what was asked for early a provider; the result takes it back. */
export function beginLateMeters(provider: MeterProvider): () => void {
  LATE.begin(provider)
  return () => LATE.begin(undefined)
}

type InstrumentMethod = Exclude<keyof Meter, 'addBatchObservableCallback' | 'removeBatchObservableCallback'>
type Members = Readonly<Record<string, unknown>>

/** Meters that wait, and instruments and callbacks of one of them: what is beyond is never begun. */
const MAX_WAITING = 1000

class LateMeterProvider implements MeterProvider {
  readonly #meters = new Map<string, LateMeter>()
  #provider: MeterProvider | undefined = undefined

  getMeter(name: string, version?: string, options?: MeterOptions): Meter {
    if (this.#provider !== undefined) return this.#provider.getMeter(name, version, options)
    const key = JSON.stringify([name, version, options?.schemaUrl].map(textOrNothing))
    const meter = this.#meters.get(key) ?? new LateMeter(name, version, options)
    if (this.#meters.size < MAX_WAITING) this.#meters.set(key, meter)
    return meter
  }

  begin(provider: MeterProvider | undefined): void {
    this.#provider = provider
    for (const meter of this.#meters.values()) meter.begin(provider)
  }
}

class LateMeter implements Meter {
  readonly #identity: readonly [name: string, version: string | undefined, options: MeterOptions | undefined]
  readonly #instruments = new Map<string, LateInstrument>()
  readonly #batches: LateBatch[] = []
  #real: Meter | undefined = undefined

  constructor(name: string, version: string | undefined, options: MeterOptions | undefined) {
    this.#identity = [name, version, options]
  }

  begin(provider: MeterProvider | undefined): void {
    const meter = provider?.getMeter(...this.#identity)
    this.#real = meter
    for (const instrument of this.#instruments.values()) instrument.begin(meter)
    for (const batch of this.#batches) meter?.addBatchObservableCallback(batch.callback, batch.targets)
  }

  createCounter(name: string, options?: MetricOptions): Counter {
    return this.#create('createCounter', name, options)
  }

  createUpDownCounter(name: string, options?: MetricOptions): UpDownCounter {
    return this.#create('createUpDownCounter', name, options)
  }

  createHistogram(name: string, options?: MetricOptions): Histogram {
    return this.#create('createHistogram', name, options)
  }

  createGauge(name: string, options?: MetricOptions): Gauge {
    return this.#create('createGauge', name, options)
  }

  createObservableCounter(name: string, options?: MetricOptions): ObservableCounter {
    return this.#create('createObservableCounter', name, options)
  }

  createObservableUpDownCounter(name: string, options?: MetricOptions): ObservableUpDownCounter {
    return this.#create('createObservableUpDownCounter', name, options)
  }

  createObservableGauge(name: string, options?: MetricOptions): ObservableGauge {
    return this.#create('createObservableGauge', name, options)
  }

  addBatchObservableCallback(given: BatchObservableCallback, observables: Observable[]): void {
    // What code without types gives must not throw, here or at the start.
    if (typeof given !== 'function' || !Array.isArray(observables)) return
    if (this.#batches.some((each) => each.isOf(given, observables))) return
    const batch = new LateBatch(given, observables)
    if (this.#batches.length < MAX_WAITING) this.#batches.push(batch)
    this.#real?.addBatchObservableCallback(batch.callback, batch.targets)
  }

  removeBatchObservableCallback(given: BatchObservableCallback, observables: Observable[]): void {
    if (!Array.isArray(observables)) return
    const index = this.#batches.findIndex((batch) => batch.isOf(given, observables))
    const [batch] = index === -1 ? [] : this.#batches.splice(index, 1)
    if (batch !== undefined) this.#real?.removeBatchObservableCallback(batch.callback, batch.targets)
  }

  /** One and the same instrument is asked for again and again by some code. */
  #create(method: InstrumentMethod, name: string, options: MetricOptions | undefined): LateInstrument {
    const key = JSON.stringify([method, name, options?.unit].map(textOrNothing))
    const known = this.#instruments.get(key)
    if (known !== undefined) return known
    const instrument = new LateInstrument(method, name, options)
    if (this.#instruments.size < MAX_WAITING) this.#instruments.set(key, instrument)
    instrument.begin(this.#real)
    return instrument
  }
}

/** An instrument of any kind, which does nothing as long as there is none to hand everything to. */
class LateInstrument implements Observable {
  readonly #method: InstrumentMethod
  readonly #name: string
  readonly #options: MetricOptions | undefined
  readonly #callbacks = new Set<ObservableCallback>()
  #real: Members | undefined = undefined

  constructor(method: InstrumentMethod, name: string, options: MetricOptions | undefined) {
    this.#method = method
    this.#name = name
    this.#options = options
  }

  /** What it stands for. */
  get real(): Observable | undefined {
    return this.#real as Observable | undefined
  }

  begin(meter: Meter | undefined): void {
    this.#real = meter?.[this.#method](this.#name, this.#options) as unknown as Members | undefined
    for (const callback of this.#callbacks) this.#call('addCallback', [callback])
  }

  add(...args: readonly unknown[]): void {
    this.#call('add', args)
  }

  record(...args: readonly unknown[]): void {
    this.#call('record', args)
  }

  addCallback(callback: ObservableCallback): void {
    if (this.#callbacks.size < MAX_WAITING) this.#callbacks.add(callback)
    this.#call('addCallback', [callback])
  }

  removeCallback(callback: ObservableCallback): void {
    this.#callbacks.delete(callback)
    this.#call('removeCallback', [callback])
  }

  #call(method: string, args: readonly unknown[]): void {
    const call = this.#real?.[method]
    if (typeof call === 'function') Reflect.apply(call, this.#real, args)
  }
}

/** A callback for several instruments, some of which stand for others. */
class LateBatch {
  readonly #given: BatchObservableCallback
  readonly #observables: ReadonlySet<Observable>
  readonly callback: BatchObservableCallback

  constructor(given: BatchObservableCallback, observables: readonly Observable[]) {
    this.#given = given
    this.#observables = new Set(observables)
    this.callback = (result) =>
      given({ observe: (observable, value, attributes) => result.observe(toReal(observable), value, attributes) })
  }

  get targets(): Observable[] {
    return Array.from(this.#observables, toReal)
  }

  isOf(given: BatchObservableCallback, observables: readonly Observable[]): boolean {
    const others = new Set(observables)
    const own = this.#observables
    return this.#given === given && own.size === others.size && observables.every((each) => own.has(each))
  }
}

function toReal(observable: Observable): Observable {
  return observable instanceof LateInstrument ? (observable.real ?? observable) : observable
}

const LATE = new LateMeterProvider()
