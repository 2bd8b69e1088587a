import type { HealthCheckResult, Log, Work } from 'seaworthy'

interface RunsPlan {
  readonly work: Work
  readonly log: Log
  readonly mayOverlap: boolean
  readonly run: (context: { readonly signal: AbortSignal }) => unknown
}

/** The runs of one timer: counted, never two at a time unless that is wanted, and none once the timer has been paused. */
export class ScheduledRuns {
  readonly #plan: RunsPlan
  #isPaused = false
  #running = 0
  #leftOut = 0
  #failure: string | undefined

  constructor(plan: RunsPlan) {
    this.#plan = plan
  }

  /** Ticks that were left out because a run was under way. */
  get leftOut(): number {
    return this.#leftOut
  }

  pause(): void {
    this.#isPaused = true
  }

  /** Runs once. Resolves when the run is over; never rejects, because timers don't handle it. */
  async tick(): Promise<void> {
    // Some packages call once more after they were stopped.
    if (this.#isPaused) return
    const { work, log, mayOverlap, run } = this.#plan
    if (this.#running > 0 && !mayOverlap) {
      this.#leftOut++
      log.warn({ leftOut: this.#leftOut }, 'a run was left out: the one before is still under way')
      return
    }
    this.#running++
    let signal: AbortSignal | undefined
    try {
      await work.run('run', async (context) => {
        ;({ signal } = context)
        await run(context)
      })
      this.#failure = undefined
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      if (signal?.aborted === true) log.info({ err: error }, `a run ended early, at the soft deadline: ${message}`)
      else {
        this.#failure = message
        log.error({ err: error }, `a run failed: ${message}`)
      }
    } finally {
      this.#running--
    }
  }

  check(): HealthCheckResult | undefined {
    return this.#failure === undefined
      ? undefined
      : { status: 'degraded', message: `the latest run failed: ${this.#failure}` }
  }
}
