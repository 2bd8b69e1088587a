import {
  context,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { Cancel, Clock } from '../../core/clock.ts'
import { RunContext } from './run-context.ts'

/** No span of a run is open longer: one that never ends is never delivered, and a trace without end can't be read. */
export const LONGEST_RUN_SPAN_MS = 60_000

interface RunToTrace {
  readonly clock: Clock
  readonly task: string
  readonly runNumber: number
  /** The span of the run that failed before. */
  readonly failed: SpanContext | undefined
}

/**
 * The trace of a run: a root span of its own, linked to the failure that the run comes after. It ends with the run, or
 * after a minute; a failure after that is a second span of the same trace. Broken telemetry costs spans, never a run.
 */
export class RunTrace {
  readonly #task: string
  readonly #runNumber: number
  readonly #span: Span
  readonly #context: RunContext
  readonly #cancel: Cancel
  #isOpen = true

  constructor({ clock, task, runNumber, failed }: RunToTrace) {
    this.#task = task
    this.#runNumber = runNumber
    const links =
      failed === undefined ? [] : [{ context: failed, attributes: { 'seaworthy.task.link': 'previous failure' } }]
    this.#span =
      quietly(() => tracer().startSpan(`task ${task}`, { root: true, links, attributes: this.#attributes() })) ??
      trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
    this.#context = new RunContext(trace.setSpan(ROOT_CONTEXT, this.#span))
    this.#cancel = clock.schedule(LONGEST_RUN_SPAN_MS, () => this.#close(true), { keepAlive: false })
  }

  get spanContext(): SpanContext {
    return quietly(() => this.#span.spanContext()) ?? INVALID_SPAN_CONTEXT
  }

  /** Calls `work` once, with the span as the active one. */
  async run(work: () => unknown): Promise<void> {
    let running: Promise<unknown> | undefined
    const once = (): Promise<unknown> => (running ??= (async () => await work())())
    void quietly(() => context.with(this.#context, once))
    await once()
  }

  /** Calls `tell` once, where lines of the log are those of this trace. */
  within(tell: () => void): void {
    let isTold = false
    const once = (): void => {
      if (isTold) return
      isTold = true
      tell()
    }
    quietly(() => context.with(trace.setSpan(ROOT_CONTEXT, this.#span), once))
    once()
  }

  /** @param failure what failed, where the run did */
  end(failure?: { readonly error: unknown; readonly message: string }): void {
    if (failure === undefined) return this.#close(false)
    if (this.#isOpen) {
      quietly(() => tellFailure(this.#span, failure))
      return this.#close(false)
    }
    quietly(() => {
      const parent = trace.setSpanContext(ROOT_CONTEXT, this.#span.spanContext())
      const span = tracer().startSpan(`task ${this.#task} failed`, { attributes: this.#attributes() }, parent)
      tellFailure(span, failure)
      span.end()
    })
  }

  #close(isOngoing: boolean): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#cancel()
    this.#context.close()
    quietly(() => isOngoing && this.#span.setAttribute('seaworthy.task.ongoing', true))
    quietly(() => this.#span.end())
  }

  #attributes(): Record<string, string | number> {
    return { 'seaworthy.task.name': this.#task, 'seaworthy.task.run': this.#runNumber }
  }
}

const tracer = () => trace.getTracer('seaworthy')

function tellFailure(span: Span, { error, message }: { readonly error: unknown; readonly message: string }): void {
  span.recordException(error instanceof Error ? error : message)
  span.setStatus({ code: SpanStatusCode.ERROR, message })
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
