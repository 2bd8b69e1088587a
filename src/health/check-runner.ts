import type { Cancel, Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { settleWithin } from '../core/wait.ts'
import { failureMessage } from './failure-message.ts'
import type { ResolvedHealthCheck } from './health-check.ts'
import type { CheckReport } from './health-report.ts'
import type { HealthStatus } from './health-status.ts'
import { untraced } from './untraced.ts'

interface Outcome {
  readonly status: HealthStatus
  readonly message: string | undefined
}

interface LastRun extends Outcome {
  readonly latencyMs: number
  readonly endedAt: number
}

/** A check that changed its status, as the log tells it. */
export interface StatusChange {
  readonly check: string
  readonly critical: boolean
  readonly from: HealthStatus | 'unknown'
  readonly to: HealthStatus
  readonly message: string | undefined
}

/** While a check is not healthy, it is refreshed this many times as often. */
const UNHEALTHY_PACE = 5
/** A result counts for so many intervals; then the refresh must have stopped, and the check is unknown again. */
const STALE_INTERVALS = 3

/** Runs one check: one run at a time, shared by all who ask, never longer than its limit, never throwing. */
export class CheckRunner {
  readonly definition: ResolvedHealthCheck
  readonly #clock: Clock
  readonly #onChange: (change: StatusChange) => void
  #last: LastRun | undefined
  #running: Promise<void> | undefined
  /** When the call began that has not ended yet, even if its run was given up long ago. */
  #pendingSince: number | undefined
  #cancelRefresh: Cancel | undefined
  #stopping = new AbortController()
  /** Stands for the refresh from one `refresh()` to its `stop()`; another one is another object. */
  #refreshing: object | undefined

  constructor(definition: ResolvedHealthCheck, clock: Clock, onChange: (change: StatusChange) => void) {
    this.definition = definition
    this.#clock = clock
    this.#onChange = onChange
  }

  /** Runs the check, or joins the run that is under way. A check that still hangs from before is not started again. */
  run(): Promise<void> {
    this.#running ??= this.#runOnce()
    return this.#running
  }

  /** The same, unless there is a result young enough. */
  async runUnlessFresh(): Promise<void> {
    const ageMs = this.#ageMs()
    if (ageMs === undefined || ageMs >= this.definition.maxAgeMs) await this.run()
  }

  /** Runs the check now, and from then on again and again. Resolves after the first run. */
  async refresh(): Promise<void> {
    if (this.#refreshing !== undefined) return
    this.#refreshing = {}
    await this.#refreshOnce(this.#refreshing)
  }

  /** Ends the refresh, and gives up the run that is under way: its signal is aborted, its result is not taken. */
  stop(): void {
    this.#refreshing = undefined
    this.#cancelRefresh?.()
    this.#stopping.abort()
    this.#stopping = new AbortController()
  }

  report(): CheckReport {
    const { critical, intervalMs, timeoutMs } = this.definition
    if (this.#last === undefined) return { status: 'unknown', message: 'has not run yet', critical }
    const { status, message, latencyMs, endedAt } = this.#last
    const ageMs = Math.max(0, this.#clock.now() - endedAt)
    if (ageMs > STALE_INTERVALS * intervalMs + timeoutMs) {
      return { status: 'unknown', message: `last ran ${formatDuration(ageMs)} ago`, latencyMs, ageMs, critical }
    }
    return { status, ...(message === undefined ? {} : { message }), latencyMs, ageMs, critical }
  }

  async #refreshOnce(refreshing: object): Promise<void> {
    await this.run()
    if (this.#refreshing !== refreshing) return
    const { intervalMs } = this.definition
    const delayMs = this.#last?.status === 'healthy' ? intervalMs : intervalMs / UNHEALTHY_PACE
    this.#cancelRefresh = this.#clock.schedule(delayMs, () => void this.#refreshOnce(refreshing), { keepAlive: false })
  }

  async #runOnce(): Promise<void> {
    const startedAt = this.#clock.now()
    // Awaited in both cases: it must not end before `run` has kept it.
    const outcome = await (this.#pendingSince === undefined
      ? this.#call(startedAt)
      : hangs(startedAt - this.#pendingSince))
    this.#running = undefined
    if (outcome === undefined) return
    const endedAt = this.#clock.now()
    const from = this.#last?.status ?? 'unknown'
    const { status, message } = outcome
    this.#last = { status, message, latencyMs: endedAt - (this.#pendingSince ?? startedAt), endedAt }
    const { name: check, critical } = this.definition
    if (from !== status) this.#onChange({ check, critical, from, to: status, message })
  }

  /** What the check says, or `undefined` when it was stopped before it said anything. */
  async #call(startedAt: number): Promise<Outcome | undefined> {
    const { check, timeoutMs } = this.definition
    this.#pendingSince = startedAt
    const work = async (signal: AbortSignal): Promise<unknown> => {
      try {
        return await untraced(() => check({ signal }))
      } finally {
        this.#pendingSince = undefined
      }
    }
    const settled = await settleWithin(this.#clock, timeoutMs, work, this.#stopping.signal)
    switch (settled.outcome) {
      case 'done':
        return toOutcome(settled.value)
      case 'failed':
        return { status: 'unhealthy', message: failureMessage(settled.error) }
      case 'timed-out':
        return { status: 'unhealthy', message: `no answer within ${formatDuration(timeoutMs)}` }
      case 'given-up':
        return undefined
    }
  }

  #ageMs(): number | undefined {
    return this.#last === undefined ? undefined : this.#clock.now() - this.#last.endedAt
  }
}

function hangs(sinceMs: number): Outcome {
  const message = `no answer for ${formatDuration(sinceMs)}, and not asked again until that call ends`
  return { status: 'unhealthy', message }
}

function toOutcome(value: unknown): Outcome {
  if (value === false) return { status: 'unhealthy', message: 'the check returned false' }
  if (typeof value !== 'object' || value === null) return { status: 'healthy', message: undefined }
  const { status, message } = value as { readonly status?: unknown; readonly message?: unknown }
  const text = typeof message === 'string' && message !== '' ? failureMessage(message) : undefined
  if (status === 'degraded' || status === 'unhealthy') return { status, message: text }
  return { status: 'healthy', message: status === 'healthy' ? text : undefined }
}
