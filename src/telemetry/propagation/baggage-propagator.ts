import {
  type Context,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '../context-keys.ts'
import { readBaggage, writeBaggage } from './baggage-header.ts'
import { readListField } from './carrier.ts'

const BAGGAGE = 'baggage'

/**
 * W3C Baggage.
 *
 * @see https://www.w3.org/TR/baggage/
 */
export class BaggagePropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = propagation.getBaggage(context)
    if (baggage === undefined || isTracingSuppressed(context)) return
    const header = writeBaggage(baggage)
    if (header !== '') setter.set(carrier, BAGGAGE, header)
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const header = readListField(carrier, getter, BAGGAGE)
    if (header === undefined) return context
    const baggage = readBaggage(header)
    return baggage === undefined ? context : propagation.setBaggage(context, baggage)
  }

  fields(): string[] {
    return [BAGGAGE]
  }
}
