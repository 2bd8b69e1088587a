import { type Counter, type MeterProvider, metrics, type ObservableGauge } from '@opentelemetry/api'

/** How a reload ended. */
export type ReloadOutcome = 'applied' | 'unchanged' | 'pending_restart' | 'rejected' | 'rolled_back'

export interface ReloadFigures {
  readonly generation: number
  readonly lastReloadSuccessful: boolean
}

/**
 * The metrics of reloading. Meters have no proxy: with the global provider, one that is registered later is found at the
 * next reload.
 */
export class ReloadMetrics {
  readonly #read: () => ReloadFigures
  readonly #given: MeterProvider | undefined
  #provider: MeterProvider | undefined
  #reloads: Counter | undefined
  #stopObserving: () => void = () => {}

  constructor(read: () => ReloadFigures, given: MeterProvider | undefined) {
    this.#read = read
    this.#given = given
    this.#attach()
  }

  count(result: ReloadOutcome): void {
    this.#attach()
    this.#reloads?.add(1, { result })
  }

  close(): void {
    this.#stopObserving()
  }

  #attach(): void {
    const provider = this.#given ?? metrics.getMeterProvider()
    if (provider === this.#provider) return
    this.#stopObserving()
    this.#provider = provider
    const meter = provider.getMeter('seaworthy')
    this.#reloads = meter.createCounter('seaworthy.config.reload', {
      description: 'Reloads of the configuration, by how they ended.',
      unit: '{reload}',
    })
    const generation = meter.createObservableGauge('seaworthy.config.generation', {
      description: 'The number of the configuration in force. It grows with every change and is never given twice.',
      unit: '{generation}',
    })
    const successful = meter.createObservableGauge('seaworthy.config.last_reload_successful', {
      description:
        '1 when the configuration in force is what the last reload read, 0 when that was refused or taken back.',
    })
    const stops = [
      observe(generation, () => this.#read().generation),
      observe(successful, () => (this.#read().lastReloadSuccessful ? 1 : 0)),
    ]
    this.#stopObserving = () => {
      for (const stop of stops) stop()
    }
  }
}

function observe(gauge: ObservableGauge, read: () => number): () => void {
  const callback = (result: { observe(value: number): void }): void => result.observe(read())
  gauge.addCallback(callback)
  return () => gauge.removeCallback(callback)
}
