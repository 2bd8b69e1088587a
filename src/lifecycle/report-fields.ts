import type { FlushOutcome } from '../core/final-flush.ts'
import { exitCodeOf } from './exit-code.ts'
import { countShutdown } from './shutdown-counts.ts'
import { describeReason, hintOf, laggards, messageOf, type ShutdownReport } from './shutdown-report.ts'

/**
 * The report as plain fields for a log line or JSON: texts and numbers only, errors by message. What matters most comes
 * first, because the end is what a limit cuts off.
 */
export function toReportFields(report: ShutdownReport): Readonly<Record<string, unknown>> {
  return {
    exitCode: exitCodeOf(report),
    reason: describeReason(report.reason),
    ...('error' in report.reason ? toErrorFields(report.reason.error) : {}),
    ...('evidence' in report.reason ? { evidence: report.reason.evidence } : {}),
    clean: report.clean,
    tookMs: Math.round(report.tookMs),
    laggards: laggards(report).map(({ name, phase, outcome, tookMs, error }) => ({
      name,
      phase,
      outcome,
      tookMs,
      ...(error === undefined ? {} : { message: messageOf(error) }),
    })),
    aborted: report.aborted,
    ...(report.failures === undefined ? {} : { failures: report.failures }),
    counts: countShutdown(report),
    phases: Object.fromEntries(report.phases.map(({ phase, tookMs }) => [phase, Math.round(tookMs)])),
    flush: Object.fromEntries(Object.entries(report.flushes).map(([name, flush]) => [name, toFlushFields(flush)])),
    figures: report.figures,
  }
}

function toErrorFields(error: unknown): Readonly<Record<string, string>> {
  const hint = hintOf(error)
  return { error: messageOf(error), ...(hint === undefined ? {} : { hint }) }
}

function toFlushFields({ complete, note, kept, details }: FlushOutcome): Readonly<Record<string, unknown>> {
  return {
    complete,
    ...(note === undefined ? {} : { note }),
    ...(kept === undefined ? {} : { kept }),
    ...details,
  }
}
