import {
  type Attributes,
  context,
  INVALID_SPAN_CONTEXT,
  logs,
  ROOT_CONTEXT,
  SeverityNumber,
  type Span,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { attempt } from './attempt.ts'
import { type Hook, type HookRecord } from './hook.ts'
import { exitCodeOf } from './exit-code.ts'
import { MAX_LISTED_WORK } from './open-work.ts'
import { phaseDurationAttribute, SHUTDOWN_ATTRIBUTES, SHUTDOWN_EVENTS } from './shutdown-attributes.ts'
import { countShutdown } from './shutdown-counts.ts'
import {
  describeReason,
  laggards,
  messageOf,
  type PhaseName,
  type ShutdownReason,
  type ShutdownReport,
  summarise,
} from './shutdown-report.ts'

/**
 * Traces a shutdown: one span that begins at the signal and ends *before* the flush, so that it is delivered, too, and
 * a child for each hook, active while the hook runs; and one log record, `seaworthy.shutdown`, for those who look for
 * their shutdowns among the logs. Names are those of {@link SHUTDOWN_ATTRIBUTES}. Broken telemetry (a span processor that throws, say) costs spans,
 * never a hook.
 */
export class ShutdownTrace {
  readonly #span: Span
  #hasEnded = false

  constructor(reason: ShutdownReason) {
    const attributes = { [SHUTDOWN_ATTRIBUTES.reason]: describeReason(reason) }
    this.#span = startSpan(() => tracer().startSpan('shutdown', { root: true, attributes }))
  }

  /** Runs a hook inside a span of its own, which tells how it ended. */
  async hook(phase: string, hook: Hook, run: () => Promise<HookRecord>): Promise<HookRecord> {
    const parent = trace.setSpan(ROOT_CONTEXT, this.#span)
    const attributes = { [SHUTDOWN_ATTRIBUTES.phase]: phase, [SHUTDOWN_ATTRIBUTES.component]: hook.name }
    const span = startSpan(() => tracer().startSpan(`${phase} ${hook.name}`, { attributes }, parent))
    let running: Promise<HookRecord> | undefined
    const runOnce = (): Promise<HookRecord> => (running ??= run())
    void attempt(() => context.with(trace.setSpan(parent, span), runOnce))
    const record = await runOnce()
    attempt(() => describeEnd(span, record))
    attempt(() => span.end())
    return record
  }

  /** A phase begins. The flush is not told: the span is part of what it delivers. */
  enter(phase: PhaseName): void {
    if (this.#hasEnded) return
    attempt(() => this.#span.addEvent(SHUTDOWN_EVENTS.phase, { [SHUTDOWN_ATTRIBUTES.phase]: phase }))
  }

  /**
   * Ends the span, with what is known by now: everything but the flush, which it must not miss. Safe to call again.
   *
   * @param report of the phases before the flush
   */
  end(report: ShutdownReport): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const attributes = toAttributes(report)
    attempt(() => this.#span.setAttributes(attributes))
    attempt(() => report.clean || this.#span.setStatus({ code: SpanStatusCode.ERROR }))
    attempt(() => this.#emitRecord(report, attributes))
    attempt(() => this.#span.isRecording() && this.#span.end())
  }

  #emitRecord(report: ShutdownReport, attributes: Attributes): void {
    logs.getLogger('seaworthy').emit({
      eventName: SHUTDOWN_EVENTS.ended,
      severityNumber: report.clean ? SeverityNumber.INFO : SeverityNumber.ERROR,
      severityText: report.clean ? 'INFO' : 'ERROR',
      body: summarise(report),
      attributes: { ...attributes, [SHUTDOWN_ATTRIBUTES.duration]: report.tookMs / 1000 },
      context: trace.setSpan(ROOT_CONTEXT, this.#span),
    })
  }
}

function toAttributes(report: ShutdownReport): Attributes {
  const counts = countShutdown(report)
  return {
    [SHUTDOWN_ATTRIBUTES.reason]: describeReason(report.reason),
    [SHUTDOWN_ATTRIBUTES.clean]: report.clean,
    [SHUTDOWN_ATTRIBUTES.exitCode]: exitCodeOf(report),
    [SHUTDOWN_ATTRIBUTES.aborted]: report.aborted.slice(0, MAX_LISTED_WORK),
    [SHUTDOWN_ATTRIBUTES.abortedCount]: counts.aborted,
    [SHUTDOWN_ATTRIBUTES.refusedCount]: counts.refused,
    [SHUTDOWN_ATTRIBUTES.laggards]: laggards(report).map(({ name }) => name),
    ...Object.fromEntries(report.phases.map(({ phase, tookMs }) => [phaseDurationAttribute(phase), tookMs / 1000])),
  }
}

const tracer = () => trace.getTracer('seaworthy')

function startSpan(start: () => Span): Span {
  return attempt(start) ?? trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
}

function describeEnd(span: Span, { outcome, error }: HookRecord): void {
  span.setAttribute(SHUTDOWN_ATTRIBUTES.outcome, outcome)
  if (outcome === 'done') return
  if (error instanceof Error) span.recordException(error)
  span.setStatus({ code: SpanStatusCode.ERROR, message: error === undefined ? outcome : messageOf(error) })
}
