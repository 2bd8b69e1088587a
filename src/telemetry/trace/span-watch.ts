import type { SpanKind } from '@opentelemetry/api'

/** Told that a span of a kind is about to begin, in the context of whoever begins it. Must not throw. */
export type SpanListener = (kind: SpanKind) => void

/** Who wants to know of the spans that tracers of a name begin. */
export class SpanWatch {
  #listeners: readonly SpanListener[] = []

  get isWatched(): boolean {
    return this.#listeners.length > 0
  }

  /** @returns takes it back */
  add(listener: SpanListener): () => void {
    this.#listeners = [...this.#listeners, listener]
    return () => {
      this.#listeners = this.#listeners.filter((one) => one !== listener)
    }
  }

  tell(kind: SpanKind): void {
    for (const listener of this.#listeners) listener(kind)
  }
}
