import { context, propagation, trace } from '@opentelemetry/api'

/** Counts, for each place where code runs, how often the active context was that of the right request, or not. */
export class PlaceChecks {
  readonly right: Record<string, number> = {}
  readonly wrong: Record<string, number> = {}

  /** What is active must be the trace and the baggage of request `id`. */
  check(place: string, id: string): void {
    const active = context.active()
    const isRight =
      trace.getSpanContext(active)?.traceId === traceIdOf(id) &&
      propagation.getBaggage(active)?.getEntry('request')?.value === id
    this.#count(place, isRight)
  }

  /** No request may be active here. */
  checkOutside(place: string): void {
    this.#count(place, trace.getActiveSpan() === undefined)
  }

  #count(place: string, isRight: boolean): void {
    const counts = isRight ? this.right : this.wrong
    counts[place] = (counts[place] ?? 0) + 1
  }
}

/** Every request brings its own trace, which its number tells. */
export function traceIdOf(id: string): string {
  return `f${Number(id).toString(16).padStart(31, '0')}`
}

export function headersOf(id: string): Record<string, string> {
  return {
    traceparent: `00-${traceIdOf(id)}-${'b'.repeat(16)}-01`,
    baggage: `request=${id}`,
    'x-request': id,
  }
}
