import type { Clock } from '../core/clock.ts'
import type { Log } from '../core/log.ts'
import type { Signal } from '../otlp/model.ts'
import type { SignalSettings } from './env/telemetry-env.ts'
import { LossTally } from './loss-tally.ts'
import type { QueueTrouble } from './pipeline/queue-trouble.ts'
import type { DropReason } from './pipeline/signal-account.ts'
import { QuietLog } from './quiet-log.ts'

const ITEMS: Readonly<Record<Signal, string>> = { traces: 'spans', metrics: 'data points', logs: 'log records' }

const LOSSES: Readonly<Record<DropReason | 'rejected', string>> = {
  queue_full: 'the queue is full, because they come faster than the collector takes them',
  spool_full: 'the spool is full, because the collector has taken too few for too long',
  spool_age: 'they waited in the spool for as long as anything may',
  spool_damaged: 'the spool could not be read back',
  refused: 'the collector refuses them',
  too_large: 'they are too large to be sent, or for the collector, in the smallest request that was tried',
  encode_failed: 'they could not be encoded',
  failed: 'the exporter failed',
  flush_limit: 'the time of the final flush was over',
  exit: 'the process ended before they were delivered, and nothing keeps them for the next one',
  no_collector: 'nobody listens there, and nobody configured it',
  closed: 'they came after the final flush',
  rejected: 'the collector took the others and rejected these',
}

/** What is no news where nobody listens at the address that nobody configured. */
const UNSAID = new Set<DropReason>(['queue_full', 'spool_full', 'spool_age', 'flush_limit', 'exit', 'no_collector'])

export interface TroubleReporterOptions {
  readonly log: Log
  readonly clock: Clock
  readonly signals: Readonly<Record<Signal, SignalSettings>>
  /** Whether anything of this signal was ever delivered. */
  readonly isReached: (signal: Signal) => boolean
}

/**
 * Tells the operator what happens to telemetry on its way, a line a minute of each kind at most. An unreachable
 * collector at an address that nobody configured is not worth a line: the start has said so once.
 */
export class TroubleReporter {
  readonly #options: TroubleReporterOptions
  readonly #quietLog: QuietLog
  readonly #tallies = new Map<string, LossTally>()
  #isEnding = false

  constructor(options: TroubleReporterOptions) {
    this.#options = options
    this.#quietLog = new QuietLog(options.log, options.clock)
  }

  report(signal: Signal, trouble: QueueTrouble): void {
    const { otlp } = this.#options.signals[signal]
    const fields = { signal, endpoint: otlp.label }
    const isExpected = otlp.isDefault && !this.#options.isReached(signal)
    const items = ITEMS[signal]
    switch (trouble.kind) {
      case 'retrying': {
        if (isExpected) return
        const where = (trouble.spooled ?? 0) === 0 ? '' : ` (${trouble.spooled} of them on disk)`
        const text = `cannot deliver ${signal}, ${trouble.pending} ${items} wait${where}: ${trouble.reason}`
        return this.#quietLog.warn(`${signal}.retrying`, fields, text)
      }
      case 'recovered': {
        const text = `${signal} are delivered again, ${trouble.pending} ${items} wait`
        return this.#quietLog.info(`${signal}.recovered`, fields, text)
      }
      case 'remark': {
        if (trouble.isDoubtful) {
          const text = `nobody knows whether ${signal} arrive: ${trouble.text}`
          return this.#quietLog.warn(`${signal}.doubtful`, fields, text)
        }
        const text = `the collector takes ${signal} and says: ${trouble.text}`
        return this.#quietLog.warn(`${signal}.remark`, fields, text)
      }
      case 'rejected':
        return this.#tally(signal, 'rejected').add(trouble.count, trouble.detail)
      case 'dropped':
        if (isExpected && UNSAID.has(trouble.reason)) return
        return this.#tally(signal, trouble.reason).add(trouble.count, trouble.detail)
    }
  }

  /** Tells at once what was to be told later. */
  sayAll(): void {
    for (const tally of this.#tallies.values()) tally.say()
  }

  /** The process ends in this turn: what is lost from now on is told at once. */
  end(): void {
    this.#isEnding = true
    for (const tally of this.#tallies.values()) tally.sayAtOnce()
  }

  #tally(signal: Signal, reason: DropReason | 'rejected'): LossTally {
    const key = `${signal}.${reason}`
    const known = this.#tallies.get(key)
    if (known !== undefined) return known
    const fields = { signal, endpoint: this.#options.signals[signal].otlp.label, reason }
    const tally = new LossTally(this.#options.clock, (count, detail) => {
      const why = detail === '' ? LOSSES[reason] : `${LOSSES[reason]}: ${detail}`
      this.#write({ ...fields, lost: count }, `${count} ${ITEMS[signal]} lost: ${why}`)
    })
    if (this.#isEnding) tally.sayAtOnce()
    this.#tallies.set(key, tally)
    return tally
  }

  #write(fields: object, message: string): void {
    try {
      this.#options.log.warn(fields, message)
    } catch {
      // A log that throws must not reach the code that sends, and nobody is left to tell.
    }
  }
}
