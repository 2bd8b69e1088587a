import { formatDuration } from '../../src/core/duration.ts'
import { SPAN_KIND } from '../../src/otlp/model.ts'
import type { TelemetryStore } from '../../src/store/telemetry-store.ts'
import { renderTraceTree } from '../../src/store/view/trace-text.ts'
import type { DemoResult } from './judge.ts'

/** The result for a person: a trace through both services, the figures, the shutdowns, the ledger. */
export function describeResult(result: DemoResult, store: TelemetryStore): string {
  const { requests, spans, logs, metrics } = result
  return [
    '',
    'One order, through two processes and a database:',
    ...indent(sampleTrace(store)),
    '',
    'Traffic',
    `  ${requests.perSecond} requests/s · p50 ${requests.p50Ms.toFixed(1)} ms · p99 ${requests.p99Ms.toFixed(1)} ms · ${requests.inFlightAtSigterm} in flight at SIGTERM`,
    '',
    'Probes, under load',
    ...Object.entries(result.probes).map(
      ([service, answers]) =>
        `  ${service.padEnd(9)} ${Object.entries(answers)
          .map(([path, status]) => `${path} ${status ?? 'no answer'}`)
          .join(' · ')}`,
    ),
    '',
    'Shutdown, orders first',
    ...result.shutdown.map(({ service, phases, exitCode, durationMs }) => {
      const parts = Object.entries(phases).map(([phase, ms]) => `${phase} ${formatDuration(ms)}`)
      return `  ${service.padEnd(9)} exit ${exitCode} after ${formatDuration(durationMs)}: ${parts.join(' · ')}`
    }),
    '',
    'Ledger',
    `  requests      sent ${requests.sent} · answered ${requests.answered} · failed ${requests.failed}`,
    `  server spans  expected ${spans.expected} (orders ${spans.expectedOf.orders} + payments ${spans.expectedOf.payments}) · received ${spans.received}  (of ${spans.all} spans in all)`,
    `  metrics       ${metrics.points} points; requests counted by orders ${metrics.requestsCounted.orders}, by payments ${metrics.requestsCounted.payments}, receipts included`,
    `  logs          ${logs.received} records`,
    '',
    result.ok
      ? 'The ledger balances: no request lost, no span lost.'
      : `The ledger does not balance:\n${result.problems.map((problem) => `  - ${problem}`).join('\n')}`,
  ].join('\n')
}

function sampleTrace(store: TelemetryStore): string {
  // The latest order that reached payments: the first ones still warm up.
  const [atPayments] = store
    .spans({ service: 'payments', where: (span) => span.kind === SPAN_KIND.server && span.name === 'POST /payments' })
    .slice(-1)
  const trace = atPayments && store.trace(atPayments.traceId)
  return trace === undefined ? '(no trace arrived)' : renderTraceTree(trace)
}

function indent(text: string): readonly string[] {
  return text.split('\n').map((line) => `  ${line}`)
}
