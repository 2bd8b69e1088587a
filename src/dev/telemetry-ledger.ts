import { type ReportedAccount, readAccount, type ReportedShutdown } from './reported-shutdown.ts'
import type { SenderCount } from './sender-counts.ts'

/** What the service says it sent, beside what arrived of it. */
export interface TelemetryLedger {
  /** `spans 53 of 53 delivered`, for each signal; empty when the service reported nothing. */
  readonly sent: readonly string[]
  /** Everything that was created and has not arrived, and everything that arrived and was not sent. Empty: balanced. */
  readonly missing: readonly string[]
  /** Senders that are the service. */
  readonly own: readonly SenderCount[]
  /** Senders that are not, or of which nobody can tell. */
  readonly foreign: readonly SenderCount[]
}

const SIGNALS = [
  ['traces', 'spans'],
  ['logs', 'log records'],
  ['metrics', 'metric points'],
] as const

/** @param childPid of the command that was started; what it starts in turn is known by its report */
export function toLedger(
  shutdown: ReportedShutdown | undefined,
  senders: readonly SenderCount[],
  childPid: number,
): TelemetryLedger {
  const own = ownSenders(shutdown, senders, childPid)
  const foreign = senders.filter((sender) => !own.includes(sender))
  const sent: string[] = []
  const missing: string[] = []
  for (const [signal, noun] of SIGNALS) {
    const account = readAccount(shutdown?.flush['telemetry'], signal)
    if (account === undefined) continue
    sent.push(`${noun} ${account.delivered} of ${account.created}`)
    const arrived = own.reduce((sum, sender) => sum + sender[signal], 0)
    missing.push(...gaps(noun, account, arrived))
  }
  if (sent.length > 0) sent[0] += ' delivered'
  return { sent, missing, own, foreign }
}

function gaps(noun: string, account: ReportedAccount, arrived: number): string[] {
  const { delivered, rejected, spooled, dropped, pending } = account
  const lines = Object.entries(dropped)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${noun}: ${count} dropped (${reason.replaceAll('_', ' ')})`)
  if (rejected > 0) lines.push(`${noun}: ${rejected} rejected by the receiver`)
  if (spooled > 0) lines.push(`${noun}: ${spooled} spooled for the next process`)
  if (pending > 0) lines.push(`${noun}: ${pending} never sent`)
  if (arrived < delivered) lines.push(`${noun}: ${delivered - arrived} reported as delivered that did not arrive`)
  if (arrived > delivered) lines.push(`${noun}: ${arrived - delivered} more arrived than were reported as delivered`)
  return lines
}

function ownSenders(
  shutdown: ReportedShutdown | undefined,
  senders: readonly SenderCount[],
  childPid: number,
): readonly SenderCount[] {
  // Behind npm or a shell, the service is not the process that was started, but it says who it is.
  const pid = shutdown?.pid ?? childPid
  const byPid = senders.filter((sender) => sender.pid === pid)
  return byPid.length > 0 ? byPid : senders.filter((sender) => sender.service === shutdown?.service)
}
