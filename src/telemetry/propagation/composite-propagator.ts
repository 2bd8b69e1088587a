import { type Context, diag, type TextMapGetter, type TextMapPropagator, type TextMapSetter } from '@opentelemetry/api'
import { isTracingSuppressed } from '../context-keys.ts'

/**
 * Several formats at once, in their order: where two read or write the same thing, the later one wins. One that throws,
 * as the getter or setter of a library may, leaves the others working.
 */
export class CompositePropagator implements TextMapPropagator {
  readonly #propagators: readonly TextMapPropagator[]

  constructor(propagators: readonly TextMapPropagator[]) {
    this.#propagators = propagators
  }

  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    if (isTracingSuppressed(context)) return
    for (const propagator of this.#propagators) {
      try {
        propagator.inject(context, carrier, setter)
      } catch (error) {
        diag.warn(`The context could not be sent along by ${propagator.constructor.name}`, error)
      }
    }
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    let extracted = context
    for (const propagator of this.#propagators) {
      try {
        extracted = propagator.extract(extracted, carrier, getter)
      } catch (error) {
        diag.warn(`The context that came along could not be read by ${propagator.constructor.name}`, error)
      }
    }
    return extracted
  }

  fields(): string[] {
    return [...new Set(this.#propagators.flatMap((propagator) => propagator.fields()))]
  }
}
