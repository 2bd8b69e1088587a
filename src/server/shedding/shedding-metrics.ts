import {
  type Attributes,
  type Counter,
  type Meter,
  metrics,
  type ObservableResult,
  type UpDownCounter,
} from '@opentelemetry/api'
import type { ListenerGuard } from './listener-guard.ts'
import type { Pressure } from './pressure.ts'

/** The measurements of load shedding. A refusal costs the increment of a number; they are told of now and then. */
export class SheddingMetrics {
  readonly #guards: () => Iterable<ListenerGuard>
  readonly #told = new WeakMap<Pressure, number>()
  #requests: Counter | undefined
  #active: UpDownCounter | undefined
  #unobserve: (() => void) | undefined

  /** Of whatever OpenTelemetry provider there is by now. */
  constructor(guards: () => Iterable<ListenerGuard>) {
    this.#guards = guards
    quietly(() => this.#begin(metrics.getMeter('seaworthy')))
  }

  #begin(meter: Meter): void {
    this.#requests = meter.createCounter('seaworthy.shedding.requests', {
      unit: '{request}',
      description: 'Requests that were refused because there was too much to do.',
    })
    this.#active = meter.createUpDownCounter('seaworthy.shedding.active', {
      unit: '{limit}',
      description: '1 while requests are refused because of a limit, 0 otherwise.',
    })
    const pressure = meter.createObservableGauge('seaworthy.shedding.pressure', {
      unit: '1',
      description: 'How much of a limit is used; above 1 it is exceeded.',
    })
    const observe = (result: ObservableResult): void => {
      for (const guard of this.#guards()) {
        for (const each of guard.pressures) {
          if (each.limit !== Infinity) result.observe(each.ratio, attributesOf(guard, each))
        }
      }
    }
    pressure.addCallback(observe)
    this.#unobserve = () => pressure.removeCallback(observe)
  }

  turned(guard: ListenerGuard, pressure: Pressure): void {
    quietly(() => this.#active?.add(pressure.isShedding ? 1 : -1, attributesOf(guard, pressure)))
  }

  /** Tells what was refused since the last time. */
  tell(): void {
    for (const guard of this.#guards()) {
      for (const pressure of guard.pressures) {
        const told = this.#told.get(pressure) ?? 0
        if (pressure.refused === told) continue
        this.#told.set(pressure, pressure.refused)
        quietly(() => this.#requests?.add(pressure.refused - told, attributesOf(guard, pressure)))
      }
    }
  }

  stop(): void {
    this.tell()
    quietly(() => this.#unobserve?.())
  }
}

function attributesOf({ name }: ListenerGuard, { kind }: Pressure): Attributes {
  return { listener: name, reason: kind }
}

/** Broken telemetry costs measurements, and refuses nobody. */
function quietly(measure: () => unknown): void {
  try {
    measure()
  } catch {}
}
