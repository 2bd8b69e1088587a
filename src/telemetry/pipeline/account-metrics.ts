import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api'
import type { Signal } from '../../otlp/model.ts'
import { OWN_METRICS } from './own-metrics.ts'
import { type ExporterType, SdkMetrics } from './sdk-metrics.ts'
import type { SignalAccount } from './signal-account.ts'

const SIGNALS = ['traces', 'metrics', 'logs'] as const

/** What is shown: an outbox, in general. */
export interface AccountSource {
  account(signal: Signal): SignalAccount
  itemsInFlight(signal: Signal): number
  spooledBytes(signal: Signal): number
  oldestMs(signal: Signal): number
  readonly memoryBytes: number
}

export interface AccountMetricsOptions {
  readonly meter: Meter
  readonly source: AccountSource
  /** Signals that are sent, each with what its exporter is. */
  readonly exporters: Readonly<Partial<Record<Signal, ExporterType>>>
}

/**
 * Shows the accounts as metrics: ours, which balance, and those of the semantic conventions, which dashboards for
 * OpenTelemetry SDKs know. They are read when metrics are collected; between, they cost nothing.
 *
 * @returns takes them back
 * @see https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/
 */
export function observeAccounts({ meter, source, exporters }: AccountMetricsOptions): () => void {
  const created = meter.createObservableCounter(OWN_METRICS.created.name, OWN_METRICS.created)
  const items = meter.createObservableUpDownCounter(OWN_METRICS.items.name, OWN_METRICS.items)
  const memory = meter.createObservableUpDownCounter(OWN_METRICS.memory.name, OWN_METRICS.memory)
  const spool = meter.createObservableUpDownCounter(OWN_METRICS.spool.name, OWN_METRICS.spool)
  const age = meter.createObservableGauge(OWN_METRICS.age.name, OWN_METRICS.age)
  const signals = SIGNALS.filter((signal) => exporters[signal] !== undefined)
  const sdk = signals.map((signal) => new SdkMetrics(meter, signal, exporters[signal] ?? 'otlp_http'))
  const observe = (result: BatchObservableResult): void => {
    result.observe(memory, source.memoryBytes)
    for (const signal of signals) {
      const account = source.account(signal)
      result.observe(created, account.created, { signal })
      observeOutcomes(account, (count, attributes) => result.observe(items, count, { signal, ...attributes }))
      result.observe(spool, source.spooledBytes(signal), { signal })
      result.observe(age, source.oldestMs(signal) / 1000, { signal })
    }
    for (const part of sdk) part.observe(result, source.account(part.signal), source.itemsInFlight(part.signal))
  }
  const observed: Observable[] = [created, items, memory, spool, age, ...sdk.flatMap((part) => part.observables)]
  meter.addBatchObservableCallback(observe, observed)
  return () => meter.removeBatchObservableCallback(observe, observed)
}

function observeOutcomes(account: SignalAccount, observe: (count: number, attributes: Attributes) => void): void {
  for (const outcome of ['delivered', 'rejected', 'spooled', 'pending'] as const) {
    observe(account[outcome], { outcome })
  }
  for (const [reason, count] of Object.entries(account.dropped)) observe(count, { outcome: 'dropped', reason })
}
