import { formatDuration } from '../core/duration.ts'
import { printable } from '../store/view/printable.ts'
import type { DevResult } from './dev-session.ts'
import type { ReportedShutdown } from './reported-shutdown.ts'
import type { SenderCount } from './sender-counts.ts'
import { type TelemetryLedger, toLedger } from './telemetry-ledger.ts'

/** A line of the summary. */
export interface SummaryLine {
  readonly label: string
  readonly text: string
  readonly isBad?: boolean
}

const MAX_TEXT = 300
const MAX_ITEMS = 20

/** How a run ended: the shutdown, and the ledger of its telemetry. */
export function toSummary({ exit, shutdown, senders, pid }: DevResult): readonly SummaryLine[] {
  const ledger = toLedger(shutdown, senders, pid)
  const ended = exit.code ?? exit.signal
  return [
    ...(shutdown === undefined ? [] : describeShutdown(shutdown)),
    ...(shutdown === undefined ? [] : describeFlush(shutdown, ledger)),
    ...describeReceived(ledger),
    ...describeBalance(ledger),
    { label: 'exit', text: String(ended), isBad: ended !== 0 },
  ]
}

function describeShutdown(shutdown: ReportedShutdown): SummaryLine[] {
  const { reason, error, clean, phases, laggards, aborted, failures } = shutdown
  const took = Object.entries(phases)
    .map(([phase, ms]) => `${phase} ${formatDuration(ms)}`)
    .join(' · ')
  const bad = (text: string): SummaryLine => ({ label: '', text: printable(text, MAX_TEXT), isBad: true })
  const trouble = [
    ...laggards.map(({ name, phase, outcome }) => bad(`${name} ${outcome} in ${phase}`)),
    ...aborted.map((work) => bad(`aborted ${work}`)),
    ...failures.map(bad),
  ]
  const shown = trouble.slice(0, MAX_ITEMS)
  if (trouble.length > shown.length) shown.push(bad(`… and ${trouble.length - shown.length} more`))
  // With a failure, the word that matters is the failure: neither "clean" nor "not clean" says anything about it.
  const why =
    error === undefined
      ? [{ label: 'shutdown', text: `${reason}: ${took} · ${clean ? 'clean' : 'not clean'}`, isBad: !clean }]
      : [
          { label: 'failure', text: printable(`${reason}: ${error}`, MAX_TEXT), isBad: true },
          { label: 'shutdown', text: took },
        ]
  return [...why, ...shown]
}

function describeFlush({ flush }: ReportedShutdown, { sent }: TelemetryLedger): SummaryLine[] {
  const others = Object.entries(flush).filter(([name]) => name !== 'telemetry' || sent.length === 0)
  return [
    ...(sent.length === 0 ? [] : [{ label: 'sent', text: sent.join(' · ') }]),
    ...others.map(([name, { complete }]) => ({
      label: 'sent',
      text: printable(`${name}: ${complete === true ? 'all delivered' : 'not delivered completely'}`, MAX_TEXT),
      isBad: complete !== true,
    })),
  ]
}

function describeReceived({ own, foreign }: TelemetryLedger): SummaryLine[] {
  if (own.length + foreign.length === 0) return [{ label: 'received', text: 'nothing' }]
  return [
    ...own.map((sender) => ({ label: 'received', text: describeSender(sender) })),
    ...foreign.map((sender) => ({ label: 'others', text: describeSender(sender) })),
  ].slice(0, MAX_ITEMS)
}

function describeSender({ service, pid, traces, logs, metrics }: SenderCount): string {
  const who = `${printable(service, 80)}${pid === undefined ? '' : ` (process ${pid})`}`
  return `${plural(traces, 'span')} · ${plural(logs, 'log record')} · ${plural(metrics, 'metric point')}  from ${who}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function describeBalance({ sent, missing }: TelemetryLedger): SummaryLine[] {
  // Without the service's own figures there is nothing to compare with.
  if (sent.length === 0) return []
  if (missing.length === 0) return [{ label: 'ledger', text: 'balanced: everything that was created has arrived' }]
  return missing.map((text, index) => ({ label: index === 0 ? 'ledger' : '', text, isBad: true }))
}
