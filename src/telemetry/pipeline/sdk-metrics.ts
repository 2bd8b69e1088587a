import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api'
import type { Signal } from '../../otlp/model.ts'
import type { DropReason, SignalAccount } from './signal-account.ts'

/** The beginning of `otel.component.type`, as the conventions name exporters. */
export type ExporterType = 'otlp_http' | 'otlp_http_json' | 'otlp_grpc'

interface Names {
  /** As the conventions call what it counts: `otel.sdk.processor.<noun>.processed`. */
  readonly noun: 'span' | 'log' | 'metric_data_point'
  readonly unit: string
  readonly exporter: string
}

const NAMES: Readonly<Record<Signal, Names>> = {
  traces: { noun: 'span', unit: '{span}', exporter: 'span_exporter' },
  metrics: { noun: 'metric_data_point', unit: '{data_point}', exporter: 'metric_exporter' },
  logs: { noun: 'log', unit: '{log_record}', exporter: 'log_exporter' },
}

/** `error.type` of what never came to the exporter; two of the values are the conventions' own. */
const BEFORE_EXPORT: Readonly<Partial<Record<DropReason, string>>> = {
  queue_full: 'queue_full',
  closed: 'already_shutdown',
  spool_full: 'spool_full',
  spool_age: 'spool_age',
  spool_damaged: 'spool_damaged',
  encode_failed: 'encode_failed',
  flush_limit: 'flush_limit',
}
/** Of what came to it and failed there for good. */
const IN_EXPORT: Readonly<Partial<Record<DropReason, string>>> = {
  refused: 'refused',
  too_large: 'too_large',
  failed: '_OTHER',
  no_collector: 'no_collector',
}

/** The metrics that the semantic conventions have for a processor and an exporter, of one signal. */
export class SdkMetrics {
  readonly signal: Signal
  readonly observables: readonly Observable[]
  readonly #processed: Observable | undefined
  readonly #queued: Observable | undefined
  readonly #exported: Observable
  readonly #inFlight: Observable
  readonly #processor: Readonly<Record<string, string>>
  readonly #exporter: Readonly<Record<string, string>>

  constructor(meter: Meter, signal: Signal, protocol: ExporterType) {
    this.signal = signal
    const { noun, unit, exporter } = NAMES[signal]
    const type = `${protocol}_${exporter}`
    this.#exporter = { 'otel.component.type': type, 'otel.component.name': `${type}/0` }
    const own = `seaworthy_${noun}_outbox`
    this.#processor = { 'otel.component.type': own, 'otel.component.name': `${own}/0` }
    // There is no processor of data points.
    if (noun !== 'metric_data_point') {
      this.#processed = meter.createObservableCounter(`otel.sdk.processor.${noun}.processed`, {
        unit,
        description: 'Handed to the exporter, or dropped before',
      })
      this.#queued = meter.createObservableUpDownCounter(`otel.sdk.processor.${noun}.queue.size`, {
        unit,
        description: 'Waiting for the exporter, in memory or on disk',
      })
    }
    this.#exported = meter.createObservableCounter(`otel.sdk.exporter.${noun}.exported`, {
      unit,
      description: 'Exported for good, successfully or not',
    })
    this.#inFlight = meter.createObservableUpDownCounter(`otel.sdk.exporter.${noun}.inflight`, {
      unit,
      description: 'Under way to the collector',
    })
    const observables = [this.#processed, this.#queued, this.#exported, this.#inFlight]
    this.observables = observables.flatMap((observable) => observable ?? [])
  }

  observe(result: BatchObservableResult, account: SignalAccount, inFlight: number): void {
    const { delivered, rejected, spooled, pending } = account
    let handedOver = delivered + rejected
    result.observe(this.#exported, delivered, this.#exporter)
    if (rejected > 0) result.observe(this.#exported, rejected, { ...this.#exporter, 'error.type': 'rejected' })
    for (const [reason, type] of entries(IN_EXPORT)) {
      const count = account.dropped[reason] ?? 0
      handedOver += count
      if (count > 0) result.observe(this.#exported, count, { ...this.#exporter, 'error.type': type })
    }
    result.observe(this.#inFlight, inFlight, this.#exporter)
    if (this.#processed === undefined || this.#queued === undefined) return
    result.observe(this.#processed, handedOver, this.#processor)
    for (const [reason, type] of entries(BEFORE_EXPORT)) {
      const count = account.dropped[reason] ?? 0
      if (count > 0) result.observe(this.#processed, count, { ...this.#processor, 'error.type': type })
    }
    result.observe(this.#queued, Math.max(0, spooled + pending - inFlight), this.#processor)
  }
}

function entries(reasons: Readonly<Partial<Record<DropReason, string>>>): [DropReason, string][] {
  return Object.entries(reasons) as [DropReason, string][]
}
