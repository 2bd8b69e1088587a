import { type Context, createContextKey } from '@opentelemetry/api'

/** Where `trace.setSpan` keeps the span; keys are global symbols, so that every copy of the API has the same. */
const SPAN = createContextKey('OpenTelemetry Context Key SPAN')

/**
 * The context of a run, in which its span is the active one as long as the span is open. From then on there is none: what
 * a run does an hour after its begin starts a trace of its own, instead of being the ten thousandth child of a span
 * that ended long ago.
 */
export class RunContext implements Context {
  readonly #inner: Context
  #isOver = false

  constructor(inner: Context) {
    this.#inner = inner
  }

  /** The span has ended. */
  close(): void {
    this.#isOver = true
  }

  getValue(key: symbol): unknown {
    return this.#isOver && key === SPAN ? undefined : this.#inner.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#now().setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.#now().deleteValue(key)
  }

  #now(): Context {
    return this.#isOver ? this.#inner.deleteValue(SPAN) : this.#inner
  }
}
