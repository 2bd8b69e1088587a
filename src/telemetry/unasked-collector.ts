import type { Signal } from '../otlp/model.ts'
import type { SignalSettings } from './env/telemetry-env.ts'
import { lostCount, type SignalAccount } from './pipeline/signal-account.ts'

type BySignal<T> = Readonly<Record<Signal, T>>

/**
 * Whether nobody has asked for a collector, and none has ever answered: no endpoint is configured for any signal, so
 * that all go to the specification's default. To wait for one that is not there would only make every shutdown longer.
 */
export function isUnasked(signals: BySignal<SignalSettings>, accounts: BySignal<SignalAccount>): boolean {
  return (
    Object.values(signals).every(({ exporter, otlp }) => exporter !== 'otlp' || otlp.isDefault) &&
    Object.values(accounts).every((account) => !wasAnswered(account))
  )
}

/** `no collector at localhost:4318`, when that is why telemetry was lost, and the only reason. */
export function describeAbsence(
  signals: BySignal<SignalSettings>,
  accounts: BySignal<SignalAccount>,
): string | undefined {
  const hosts = new Set<string>()
  for (const signal of Object.keys(accounts) as Signal[]) {
    const account = accounts[signal]
    const { no_collector: absent = 0, queue_full: overflow = 0, closed = 0 } = account.dropped
    if (lostCount(account) + account.pending > absent + overflow + closed) return undefined
    if (absent > 0) hosts.add(new URL(signals[signal].otlp.url).host)
  }
  return hosts.size === 0 ? undefined : `no collector at ${[...hosts].join(' and ')}`
}

/** A refusal is an answer, too. */
function wasAnswered({ delivered, rejected, dropped }: SignalAccount): boolean {
  return delivered + rejected + (dropped.refused ?? 0) > 0
}
