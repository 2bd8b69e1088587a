import type { Signal } from '../otlp/model.ts'
import type { SignalSettings } from './env/telemetry-env.ts'
import type { QueueTrouble } from './pipeline/batch-queue.ts'
import type { QuietLog } from './quiet-log.ts'

const ITEMS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'data points', logs: 'log records' }

/**
 * Tells the operator what happens to telemetry on its way, a line a minute of each kind at most. An unreachable
 * collector at an address that nobody configured is not worth a line: the start has said so once.
 */
export class TroubleReporter {
  readonly #log: QuietLog
  readonly #signals: Readonly<Record<Signal, SignalSettings>>
  readonly #reached: (signal: Signal) => boolean

  constructor(
    log: QuietLog,
    signals: Readonly<Record<Signal, SignalSettings>>,
    /** Whether anything of this signal was ever delivered. */
    reached: (signal: Signal) => boolean,
  ) {
    this.#log = log
    this.#signals = signals
    this.#reached = reached
  }

  report(signal: Signal, trouble: QueueTrouble): void {
    const { otlp } = this.#signals[signal]
    const items = ITEMS[signal]
    const kind = `${signal}.${trouble.kind}`
    const fields = { signal, endpoint: otlp.label, ...trouble }
    const isExpected = otlp.isDefault && !this.#reached(signal)
    switch (trouble.kind) {
      case 'retrying':
        if (isExpected) return
        return this.#log.warn(
          kind,
          fields,
          `cannot deliver ${signal}, ${trouble.pending} ${items} wait: ${trouble.reason}`,
        )
      case 'recovered':
        return this.#log.info(kind, fields, `${signal} are delivered again, ${trouble.pending} ${items} wait`)
      case 'rejected':
        return this.#log.warn(kind, fields, `the collector rejected ${trouble.count} ${items}: ${trouble.detail}`)
      case 'dropped':
        if (isExpected && trouble.reason === 'queue_full') return
        return this.#log.warn(
          `${kind}.${trouble.reason}`,
          fields,
          `${trouble.count} ${items} lost: ${describeLoss(trouble)}`,
        )
    }
  }
}

function describeLoss({ reason, detail = '' }: QueueTrouble & { readonly kind: 'dropped' }): string {
  switch (reason) {
    case 'queue_full':
      return 'the queue is full, because they come faster than the collector takes them'
    case 'refused':
      return `the collector refuses them: ${detail}`
    case 'failed':
      return `the exporter failed: ${detail}`
    case 'flush_limit':
      return 'the time of the final flush was over'
    case 'closed':
      return 'they came after the final flush'
  }
}
