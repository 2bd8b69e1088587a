import { createReceiver, type Receiver } from '../../src/receiver/receiver.ts'
import { TelemetryStore } from '../../src/store/telemetry-store.ts'

/** The scope of the spans that are counted; nothing else that a service sends is. */
const SCOPE = 'bench-loss'
/** Spans are counted as they come, none needs to be kept. */
const KEPT_SPANS = 1000

/** A collector that counts the spans of one trial, each once. */
export class Sink {
  readonly receiver: Receiver
  readonly #seen = new Set<string>()
  #duplicates = 0

  constructor() {
    const store = new TelemetryStore({ maxSpans: KEPT_SPANS })
    store.on('span', ({ scope, traceId, spanId }) => {
      if (scope.name !== SCOPE) return
      const id = `${traceId}${spanId}`
      if (this.#seen.has(id)) this.#duplicates++
      else this.#seen.add(id)
    })
    this.receiver = createReceiver({ store, stopGraceMs: 0 })
  }

  get delivered(): number {
    return this.#seen.size
  }

  get duplicates(): number {
    return this.#duplicates
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.receiver.stop()
  }
}
