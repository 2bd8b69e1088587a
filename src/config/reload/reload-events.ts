import { formatDuration } from '../../core/duration.ts'
import type { Log } from '../../core/log.ts'
import type { ReloadMetrics, ReloadOutcome } from './reload-metrics.ts'

/** What became of a request to reload. */
export interface ReloadResult {
  /** `stopped`: the reloader was closed before anything was decided. */
  readonly outcome: ReloadOutcome | 'stopped'
  /** What is in force now. */
  readonly generation: number
  readonly trigger: string
  /** Why it was refused or taken back; no secret is in it. */
  readonly reason?: string
  /** Names of the values that were, or would have been, changed now. */
  readonly changes: readonly string[]
  /** Files of the option `files` that hold something else than before, where there are any. */
  readonly files?: readonly string[]
  /** Names of the values that wait for a restart. */
  readonly pendingRestart: readonly string[]
}

const MAX_NAMES = 50

/** Says what happens to the configuration: lines with stable names and a count. A log that throws hurts nobody. */
export class ReloadEvents {
  readonly #log: Log
  readonly #metrics: ReloadMetrics

  constructor(log: Log, metrics: ReloadMetrics) {
    this.#log = log
    this.#metrics = metrics
  }

  ended(result: ReloadResult): void {
    const { outcome, generation, trigger, reason, changes, files } = result
    const facts = {
      generation,
      trigger,
      changes: changes.slice(0, MAX_NAMES),
      ...(files === undefined ? {} : { files: files.slice(0, MAX_NAMES) }),
    }
    this.#tolerate(() => {
      if (outcome !== 'stopped') this.#metrics.count(outcome)
      if (outcome === 'applied') {
        this.#log.info({ event: 'config.reloaded', ...facts }, `Configuration ${generation} is in force`)
      } else if (outcome === 'rejected') {
        const message = `The new configuration was refused, ${generation} stays in force: ${reason}`
        this.#log.error({ event: 'config.rejected', ...facts, reason }, message)
      } else if (outcome === 'rolled_back') {
        const message = `The new configuration was taken back, ${generation} is in force again: ${reason}`
        this.#log.error({ event: 'config.rolled_back', ...facts, reason }, message)
      }
    })
  }

  /** What was refused or taken back has been put right by putting back what is in force: no other line would say so. */
  restored(generation: number, trigger: string): void {
    const message = `Nothing is wrong with the configuration any more; ${generation} stays in force`
    this.#tolerate(() => this.#log.info({ event: 'config.restored', generation, trigger }, message))
  }

  /** A change is in force, and may still be taken back. */
  onTrial({ changes, ...facts }: Pick<ReloadResult, 'generation' | 'trigger' | 'changes'>, windowMs: number): void {
    const fields = { event: 'config.on_trial', ...facts, changes: changes.slice(0, MAX_NAMES), windowMs }
    const message = `Configuration ${facts.generation} is in force, on trial for ${formatDuration(windowMs)}`
    this.#tolerate(() => this.#log.info(fields, message))
  }

  /** Other values wait than before; none, when what waited was put back. */
  pendingRestart(pending: readonly { readonly name: string; readonly because: string }[], reason?: string): void {
    const paths = pending.slice(0, MAX_NAMES).map(({ name, because }) => ({ path: name, because }))
    const message =
      pending.length === 0
        ? 'No change of the configuration waits for a restart any more'
        : `A change of the configuration waits for a restart: ${paths.map(({ path }) => path).join(', ')}`
    const fields = { event: 'config.pending_restart', paths, ...(reason === undefined ? {} : { reason }) }
    this.#tolerate(() => (pending.length === 0 ? this.#log.info(fields, message) : this.#log.warn(fields, message)))
  }

  /** What went wrong beside, such as a subscriber that failed to take something back. */
  trouble(event: string, fields: object, message: string): void {
    this.#tolerate(() => this.#log.warn({ event, ...fields }, message))
  }

  #tolerate(say: () => void): void {
    try {
      say()
    } catch {
      // Whoever can't write a line has no say in what the configuration is.
    }
  }
}
