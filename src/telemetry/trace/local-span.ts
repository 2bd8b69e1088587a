import type { SpanContext, TraceState } from '@opentelemetry/api'
import { toHex } from './hex-words.ts'
import type { LocalTrace } from './local-trace.ts'
import type { RandomWords } from './random-words.ts'

/** In `traceFlags`: the ids of the trace are random. @see https://www.w3.org/TR/trace-context-2/#random-trace-id-flag */
export const RANDOM_FLAG = 0x02

/**
 * What all spans that are made here have in common: their identity. Ids are numbers until somebody asks for their text.
 *
 * It can be read like a `SpanContext`, too, so that a sampler can be asked about a child without making one.
 */
export abstract class LocalSpan {
  readonly traceFlags: number
  readonly traceState: TraceState | undefined
  // Private, so that whoever logs a span or makes JSON of it gets the span and not what is around it.
  readonly #local: LocalTrace
  readonly #random: RandomWords
  #high = 0
  #low = 0
  #context: SpanContext | undefined = undefined

  constructor(local: LocalTrace, traceFlags: number, traceState: TraceState | undefined, random: RandomWords) {
    this.#local = local
    this.traceFlags = traceFlags
    this.traceState = traceState
    this.#random = random
  }

  /** The part of the trace that it belongs to: one object for all spans below one local root. */
  get local(): LocalTrace {
    return this.#local
  }

  get traceId(): string {
    return this.#local.id
  }

  get spanId(): string {
    return toHex(this.idHigh) + toHex(this.idLow)
  }

  /** The upper half of the span's id, which is drawn when it is first asked for. */
  get idHigh(): number {
    if ((this.#high | this.#low) === 0) this.#drawId()
    return this.#high
  }

  get idLow(): number {
    if ((this.#high | this.#low) === 0) this.#drawId()
    return this.#low
  }

  spanContext(): SpanContext {
    return (this.#context ??= {
      traceId: this.traceId,
      spanId: this.spanId,
      traceFlags: this.traceFlags,
      ...(this.traceState === undefined ? {} : { traceState: this.traceState }),
    })
  }

  #drawId(): void {
    this.#high = this.#random.next()
    this.#low = this.#random.next()
    // All zeros are no id; that happens once in 2^64 times.
    if ((this.#high | this.#low) === 0) this.#low = 1
  }
}
