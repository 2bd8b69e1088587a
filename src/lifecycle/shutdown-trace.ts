import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { type Hook, type HookRecord } from './hook.ts'
import { describeReason, messageOf, type ShutdownReason } from './shutdown-report.ts'

/**
 * Traces a shutdown: one span that begins at the signal and ends *before* the flush, so that it is delivered, too, and
 * a child for each hook, active while the hook runs.
 */
export class ShutdownTrace {
  readonly #span: Span
  readonly #tracer = trace.getTracer('seaworthy')

  constructor(reason: ShutdownReason) {
    this.#span = this.#tracer.startSpan('shutdown', {
      root: true,
      attributes: { 'seaworthy.shutdown.reason': describeReason(reason) },
    })
  }

  /** Runs `work` inside the shutdown's span. */
  run<T>(work: () => T): T {
    return context.with(trace.setSpan(context.active(), this.#span), work)
  }

  /** Runs a hook inside a span of its own, which tells how it ended. */
  hook(phase: string, hook: Hook, run: () => Promise<HookRecord>): Promise<HookRecord> {
    const parent = trace.setSpan(context.active(), this.#span)
    const span = this.#tracer.startSpan(
      `${phase} ${hook.name}`,
      { attributes: { 'seaworthy.shutdown.phase': phase, 'seaworthy.component': hook.name } },
      parent,
    )
    return context.with(trace.setSpan(parent, span), async () => {
      const record = await run()
      span.setAttribute('seaworthy.shutdown.outcome', record.outcome)
      if (record.outcome !== 'done') {
        if (record.error instanceof Error) span.recordException(record.error)
        span.setStatus({
          code: SpanStatusCode.ERROR,
          message: record.error === undefined ? record.outcome : messageOf(record.error),
        })
      }
      span.end()
      return record
    })
  }

  /** Ends the span. Call it before the flush; safe to call again. */
  end(clean: boolean): void {
    if (!clean) this.#span.setStatus({ code: SpanStatusCode.ERROR })
    this.#span.end()
  }
}
