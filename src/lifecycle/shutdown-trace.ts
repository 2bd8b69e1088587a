import { context, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, type Span, SpanStatusCode, trace } from '@opentelemetry/api'
import { attempt } from './attempt.ts'
import { type Hook, type HookRecord } from './hook.ts'
import { describeReason, messageOf, type ShutdownReason } from './shutdown-report.ts'

/**
 * Traces a shutdown: one span that begins at the signal and ends *before* the flush, so that it is delivered, too, and
 * a child for each hook, active while the hook runs. Broken telemetry (a span processor that throws, say) costs spans,
 * never a hook.
 */
export class ShutdownTrace {
  readonly #span: Span

  constructor(reason: ShutdownReason) {
    const attributes = { 'seaworthy.shutdown.reason': describeReason(reason) }
    this.#span = startSpan(() => tracer().startSpan('shutdown', { root: true, attributes }))
  }

  /** Runs a hook inside a span of its own, which tells how it ended. */
  async hook(phase: string, hook: Hook, run: () => Promise<HookRecord>): Promise<HookRecord> {
    const parent = trace.setSpan(ROOT_CONTEXT, this.#span)
    const attributes = { 'seaworthy.shutdown.phase': phase, 'seaworthy.component': hook.name }
    const span = startSpan(() => tracer().startSpan(`${phase} ${hook.name}`, { attributes }, parent))
    let running: Promise<HookRecord> | undefined
    const runOnce = (): Promise<HookRecord> => (running ??= run())
    void attempt(() => context.with(trace.setSpan(parent, span), runOnce))
    const record = await runOnce()
    attempt(() => describeEnd(span, record))
    attempt(() => span.end())
    return record
  }

  /** Ends the span. Call it before the flush; safe to call again. */
  end(clean: boolean): void {
    attempt(() => clean || this.#span.setStatus({ code: SpanStatusCode.ERROR }))
    attempt(() => this.#span.isRecording() && this.#span.end())
  }
}

const tracer = () => trace.getTracer('seaworthy')

function startSpan(start: () => Span): Span {
  return attempt(start) ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
}

function describeEnd(span: Span, { outcome, error }: HookRecord): void {
  span.setAttribute('seaworthy.shutdown.outcome', outcome)
  if (outcome === 'done') return
  if (error instanceof Error) span.recordException(error)
  span.setStatus({ code: SpanStatusCode.ERROR, message: error === undefined ? outcome : messageOf(error) })
}
