import { context, createContextKey } from '@opentelemetry/api'
import type { Cancel, Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { settleWithin } from '../core/wait.ts'
import { failureMessage } from './failure-message.ts'
import type { ResolvedHealthCheck } from './health-check.ts'
import { Hysteresis, type HealthStatus } from './health-status.ts'
import type { CheckSnapshot } from './probe-snapshot.ts'

interface Outcome {
  readonly status: HealthStatus
  readonly message: string | undefined
}

interface LastRun extends Outcome {
  /** What the check itself said; `status` is what it counts as. */
  readonly said: HealthStatus
  readonly latencyMs: number
  readonly endedAt: number
}

/** What is told of a runner, as it happens. */
export interface CheckObserver {
  /** It counts as something else than before. */
  changed(change: StatusChange): void
  /** A run has ended, whatever came of it. Called after `changed`. */
  ran(): void
}

/** A check that counts as something else now. */
export interface StatusChange {
  readonly from: HealthStatus | 'unknown'
  readonly to: HealthStatus
  readonly message: string | undefined
  /** When the first of the results was there that led to it, on the clock. */
  readonly since: number
  /** How long it had counted as `from`, in milliseconds; `undefined` for the first result. */
  readonly lastedMs: number | undefined
}

/** While a check is not healthy, it is refreshed this many times as often. */
const UNHEALTHY_PACE = 5
/** Without a refresh, whoever asks counts for himself: each result is what it is. */
const AT_ONCE = { fall: 1, rise: 1 } as const
/** A result counts for so many intervals; then the refresh must have stopped, and the check is unknown again. */
const STALE_INTERVALS = 3

/** Microtasks in which a check that hears that its time is over can still say what it has waited for. */
const TURNS_FOR_A_WORD = 20

/** Runs one check: one run at a time, shared by all who ask, never longer than its limit, never throwing. */
export class CheckRunner {
  readonly #clock: Clock
  readonly #observer: CheckObserver
  readonly #hysteresis = new Hysteresis()
  #definition: ResolvedHealthCheck
  /** What was last told, and since when it is so. */
  #told: { readonly status: HealthStatus; readonly since: number } | undefined
  #last: LastRun | undefined
  #running: Promise<void> | undefined
  /** When the call began that has not ended yet, even if its run was given up long ago. */
  #pendingSince: number | undefined
  #cancelRefresh: Cancel | undefined
  #stopping = new AbortController()
  /** Stands for the refresh from one `refresh()` to its `stop()`; another one is another object. */
  #refreshing: object | undefined

  constructor(definition: ResolvedHealthCheck, clock: Clock, observer: CheckObserver) {
    this.#definition = definition
    this.#clock = clock
    this.#observer = observer
  }

  get definition(): ResolvedHealthCheck {
    return this.#definition
  }

  /** Goes on by other limits, from now on: a wait that is under way gets the new length, a run keeps its limit. */
  redefine(definition: ResolvedHealthCheck): void {
    this.#definition = definition
    if (this.#refreshing === undefined || this.#running !== undefined || this.#last === undefined) return
    this.#cancelRefresh?.()
    this.#waitAndRefresh(this.#refreshing, this.#last.endedAt + this.#paceMs() - this.#clock.now())
  }

  /** Goes on as another check of the same name: what is known holds until that has run, whose first word counts at once. */
  replace(definition: ResolvedHealthCheck): void {
    this.#hysteresis.forget()
    this.redefine(definition)
    if (this.#refreshing !== undefined) void this.run()
  }

  /** Runs the check, or joins the run that is under way. A check that still hangs from before is not started again. */
  run(): Promise<void> {
    if (this.#running !== undefined) return this.#running
    // Kept before the check is called: one that asks for the health from within joins its own run, and ends at its limit.
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#running = promise
    void this.#runOnce().then(resolve)
    return promise
  }

  /** The same, unless there is a result young enough. */
  async runUnlessFresh(): Promise<void> {
    const ageMs = this.#ageMs()
    if (ageMs === undefined || ageMs >= this.#definition.maxAgeMs) await this.run()
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

  snapshot(): CheckSnapshot {
    const { name, groups, critical } = this.#definition
    const base = { name, groups, critical, staleAfterMs: this.#staleAfterMs() }
    if (this.#last === undefined) return base
    const { status, message, latencyMs, endedAt } = this.#last
    return { ...base, status, ...(message === undefined ? {} : { message }), latencyMs, endedAt }
  }

  async #refreshOnce(refreshing: object): Promise<void> {
    await this.run()
    if (this.#refreshing !== refreshing) return
    this.#waitAndRefresh(refreshing, this.#paceMs())
  }

  #waitAndRefresh(refreshing: object, delayMs: number): void {
    const refresh = (): void => void this.#refreshOnce(refreshing)
    this.#cancelRefresh = this.#clock.schedule(Math.max(0, delayMs), refresh, { keepAlive: false })
  }

  /** Faster until the check says that all is well and counts so: a change is confirmed soon, in both directions. */
  #paceMs(): number {
    const { intervalMs } = this.#definition
    return this.#last?.said === 'healthy' && this.#last.status === 'healthy' ? intervalMs : intervalMs / UNHEALTHY_PACE
  }

  async #runOnce(): Promise<void> {
    const startedAt = this.#clock.now()
    const since = this.#pendingSince
    const outcome = since === undefined ? await this.#call(startedAt) : hangs(startedAt - since)
    this.#running = undefined
    if (outcome === undefined) return
    this.#take(outcome, startedAt)
    this.#observer.ran()
  }

  #take(outcome: Outcome, startedAt: number): void {
    const endedAt = this.#clock.now()
    if (this.#last !== undefined && endedAt - this.#last.endedAt > this.#staleAfterMs()) this.#hysteresis.forget()
    const limits = this.#refreshing === undefined ? AT_ONCE : this.#definition
    const since = this.#hysteresis.take(outcome.status, endedAt, limits)
    const status = this.#hysteresis.shown ?? outcome.status
    const pending = this.#hysteresis.pending(limits)
    this.#last = {
      said: outcome.status,
      status,
      message: pending === undefined ? outcome.message : `${outcome.status}, ${pending}${because(outcome.message)}`,
      latencyMs: endedAt - (this.#pendingSince ?? startedAt),
      endedAt,
    }
    if (since === undefined || this.#told?.status === status) return
    const before = this.#told
    this.#told = { status, since }
    this.#observer.changed({
      from: before?.status ?? 'unknown',
      to: status,
      message: this.#last.message,
      since,
      lastedMs: before === undefined ? undefined : since - before.since,
    })
  }

  /** What the check says, or `undefined` when it was stopped before it said anything. */
  async #call(startedAt: number): Promise<Outcome | undefined> {
    const { check, timeoutMs } = this.#definition
    this.#pendingSince = startedAt
    let lastWord: unknown
    const work = async (signal: AbortSignal): Promise<unknown> => {
      try {
        const said = await untraced(() => check({ signal }))
        lastWord = said
        return said
      } finally {
        this.#pendingSince = undefined
      }
    }
    const settled = await settleWithin(this.#clock, timeoutMs, work, this.#stopping.signal)
    switch (settled.outcome) {
      case 'done':
        return readOutcome(settled.value)
      case 'failed':
        return { status: 'unhealthy', message: failureMessage(settled.error) }
      case 'timed-out': {
        for (let turn = 0; turn < TURNS_FOR_A_WORD && lastWord === undefined; turn++) await Promise.resolve()
        const why = because(lastWord === undefined ? undefined : readOutcome(lastWord).message)
        return { status: 'unhealthy', message: `no answer within ${formatDuration(timeoutMs)}${why}` }
      }
      case 'given-up':
        return undefined
    }
  }

  #staleAfterMs(): number {
    return STALE_INTERVALS * this.#definition.intervalMs + this.#definition.timeoutMs
  }

  #ageMs(): number | undefined {
    return this.#last === undefined ? undefined : this.#clock.now() - this.#last.endedAt
  }
}

function because(message: string | undefined): string {
  return message === undefined ? '' : `: ${message}`
}

function hangs(sinceMs: number): Outcome {
  const message = `no answer for ${formatDuration(sinceMs)}, and not asked again until that call ends`
  return { status: 'unhealthy', message }
}

/** What a check returned can be anything, also an object whose properties throw when they are read. */
function readOutcome(value: unknown): Outcome {
  try {
    return toOutcome(value)
  } catch (error) {
    return { status: 'unhealthy', message: failureMessage(error) }
  }
}

function toOutcome(value: unknown): Outcome {
  if (value === false) return { status: 'unhealthy', message: 'the check returned false' }
  if (typeof value !== 'object' || value === null) return { status: 'healthy', message: undefined }
  const { status, message } = value as { readonly status?: unknown; readonly message?: unknown }
  const text = typeof message === 'string' && message !== '' ? failureMessage(message) : undefined
  if (status === 'degraded' || status === 'unhealthy') return { status, message: text }
  return { status: 'healthy', message: status === 'healthy' ? text : undefined }
}

/** The key that every OpenTelemetry instrumentation looks at; keys are global symbols, so no SDK has to be loaded for it. */
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/** Runs `work` without making spans of what it does: a check every few seconds would fill the traces with itself. */
export function untraced<T>(work: () => T): T {
  return context.with(context.active().setValue(SUPPRESS_TRACING, true), work)
}
