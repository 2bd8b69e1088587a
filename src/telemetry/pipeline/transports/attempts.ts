import type { Clock } from '../../../core/clock.ts'
import type { ExportOutcome } from '../export-outcome.ts'
import type { SendOptions } from '../transport.ts'
import { Attempt } from './attempt.ts'
import type { RunDetached } from './detached.ts'

export interface AttemptsOptions {
  readonly clock: Clock
  readonly detached: RunDetached
  /** Lets go of what the attempts share. Called once. */
  readonly onClose: () => void
}

/** The attempts of a transport that are under way, which end with it. */
export class Attempts {
  readonly #options: AttemptsOptions
  readonly #underWay = new Set<Attempt>()
  #isClosed = false

  constructor(options: AttemptsOptions) {
    this.#options = options
  }

  /** @param run sends, and settles the attempt; must not throw */
  async begin(options: SendOptions, run: (attempt: Attempt) => void): Promise<ExportOutcome> {
    if (this.#isClosed) return { kind: 'retry', reason: 'the transport is closed' }
    const attempt = new Attempt(this.#options.clock, options)
    this.#underWay.add(attempt)
    this.#options.detached(() => run(attempt))
    const outcome = await attempt.outcome
    this.#underWay.delete(attempt)
    return outcome
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const attempt of this.#underWay) attempt.giveUp('the transport was closed')
    this.#options.onClose()
  }
}
