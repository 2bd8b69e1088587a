import type { Cancel, Clock } from '../../core/clock.ts'
import type { SpanContext } from '@opentelemetry/api'
import { formatDuration } from '../../core/duration.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { RunTrace } from './run-trace.ts'
import type { RunCall } from './supervisor-host.ts'

/** How a run ended: well, or with what it threw, which may be `undefined`. */
export type RunEnd = { readonly isWell: true } | { readonly isWell: false; readonly error: unknown }

interface RunPlan {
  readonly clock: Clock
  readonly task: string
  readonly runNumber: number
  readonly failed: SpanContext | undefined
  readonly stallMs: number | undefined
  readonly messageOf: (error: unknown) => string
  readonly call: (call: RunCall) => unknown
  /** It made no progress, and has been aborted for that; it may go on all the same. */
  readonly onStall: (run: TaskRun, error: SeaworthyError) => void
}

/** One run of a task, from its call to its end. */
export class TaskRun {
  readonly runNumber: number
  readonly startedAt: number
  /** Never rejects. */
  readonly ended: Promise<RunEnd>
  readonly #plan: RunPlan
  readonly #trace: RunTrace
  readonly #controller = new AbortController()
  #progressAt: number
  #cancelWatch: Cancel = () => {}
  #end: RunEnd | undefined
  #stall: SeaworthyError | undefined

  constructor(plan: RunPlan) {
    const { clock, task, runNumber, failed } = plan
    this.#plan = plan
    this.runNumber = runNumber
    this.startedAt = clock.now()
    this.#progressAt = this.startedAt
    this.#trace = new RunTrace({ clock, task, runNumber, failed })
    if (plan.stallMs !== undefined) this.#watch(plan.stallMs, plan.stallMs)
    this.ended = this.#run()
  }

  get hasEnded(): boolean {
    return this.#end !== undefined
  }

  get isAborted(): boolean {
    return this.#controller.signal.aborted
  }

  get spanContext(): SpanContext {
    return this.#trace.spanContext
  }

  /** Whether that is the reason for which it was aborted, and so has been told already. */
  wasToldToEndBy(error: unknown): boolean {
    return this.isAborted && error === this.#controller.signal.reason
  }

  /** Calls `tell` in the trace of the run, also after its end. */
  within(tell: () => void): void {
    this.#trace.within(tell)
  }

  abort(reason: unknown): void {
    this.#cancelWatch()
    this.#controller.abort(reason)
  }

  async #run(): Promise<RunEnd> {
    const end = await this.#settle()
    this.#end = end
    this.#cancelWatch()
    const failure = this.#failureOf(end)
    if (failure === undefined) this.#trace.end()
    else this.#trace.end({ ...failure, message: this.#plan.messageOf(failure.error) })
    return end
  }

  #failureOf(end: RunEnd): { readonly error: unknown } | undefined {
    if (this.#stall !== undefined) return { error: this.#stall }
    if (end.isWell || (this.isAborted && isAbort(end.error))) return undefined
    return { error: end.error }
  }

  async #settle(): Promise<RunEnd> {
    const { call } = this.#plan
    const { signal } = this.#controller
    const progress = (): void => {
      this.#progressAt = this.#plan.clock.now()
    }
    try {
      await this.#trace.run(() => call({ signal, runNumber: this.runNumber, progress }))
      return { isWell: true }
    } catch (error) {
      return { isWell: false, error }
    }
  }

  /** Looks once per limit rather than at each call of `progress()`, which may be called for every item. */
  #watch(stallMs: number, delayMs: number): void {
    const look = (): void => {
      const quietMs = this.#plan.clock.now() - this.#progressAt
      if (quietMs < stallMs) return this.#watch(stallMs, stallMs - quietMs)
      const { task } = this.#plan
      const stall = new SeaworthyError(
        'SEA_TASK_STALLED',
        `task "${task}" made no progress for ${formatDuration(stallMs)} in run ${this.runNumber}`,
        { hint: 'Find what the run waits for, or call progress() more often.' },
      )
      this.#stall = stall
      this.abort(stall)
      this.#plan.onStall(this, stall)
    }
    this.#cancelWatch = this.#plan.clock.schedule(delayMs, look, { keepAlive: false })
  }
}

/** Whether it is the way in which what was told to end says that it did. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
