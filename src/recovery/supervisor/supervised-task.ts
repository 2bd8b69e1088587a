import type { SpanContext } from '@opentelemetry/api'
import type { Cancel } from '../../core/clock.ts'
import { formatDuration } from '../../core/duration.ts'
import type { Log } from '../../core/log.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { settleWithin } from '../../core/wait.ts'
import { fullJitterMs } from '../full-jitter.ts'
import type { SupervisorHost, TaskBody } from './supervisor-host.ts'
import type { TaskMetrics, TaskState } from './task-metrics.ts'
import type { TaskPolicy } from './task-policy.ts'
import { isAbort, type RunEnd, TaskRun } from './task-run.ts'

/** How many runs that ignore their signal may go on beside a newer one. */
const MAX_STRAYS = 10

interface TaskParts {
  readonly host: SupervisorHost
  readonly metrics: TaskMetrics
  readonly body: TaskBody
  readonly policy: TaskPolicy
  /** A run failed, stalled, or ended although the task is permanent. */
  readonly onFailure: (task: SupervisedTask, error: unknown) => void
}

/** One task and its runs, one at a time. When it is run again is decided by its group. */
export class SupervisedTask {
  readonly policy: TaskPolicy
  readonly #parts: TaskParts
  readonly #strays = new Set<TaskRun>()
  #state: TaskState | undefined
  #current: TaskRun | undefined
  #runs = 0
  /** In a row. */
  #failures = 0
  #failedSpan: SpanContext | undefined
  #isWanted = false
  #isStopped = false
  /** Its group is being restarted. */
  #isHeld = false
  #dueAt = 0
  #cancelBeat: Cancel = () => {}
  /** What the shutdown found running. */
  #cut: readonly TaskRun[] = []

  constructor(parts: TaskParts) {
    this.#parts = parts
    this.policy = parts.policy
  }

  get name(): string {
    return this.#parts.body.name
  }

  /** Whether it is to be run again when its group is restarted: it has begun, and is neither done nor given up. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  get runCount(): number {
    return this.#runs
  }

  /** The first run: at once, or with the others of its group where that is being restarted. */
  start(): void {
    if (this.#isStopped) return
    this.#isWanted = true
    this.#dueAt = this.#parts.host.clock.now()
    if (this.#isHeld) this.#enter('waiting')
    else this.#begin()
  }

  /** Nothing of it begins before {@link restart}, also where it has not been started yet. */
  hold(): void {
    this.#isHeld = true
  }

  restart(): void {
    this.#isHeld = false
    if (!this.#isWanted) return
    if (this.#runs === 0) return this.#begin()
    this.#parts.metrics.restarted(this.name)
    this.#parts.host.degrade(this.name, undefined)
    this.#begin()
    this.tell((log) => {
      log.info({ event: 'task.restarted', failures: this.#failures }, `task "${this.name}" runs again`)
    })
  }

  /** Writes about the latest run, in its trace. */
  tell(write: (log: Log) => void): void {
    const log = this.#parts.body.log(this.#runs)
    if (this.#current === undefined) write(log)
    else this.#current.within(() => write(log))
  }

  /** How long to wait before the restart that the latest failure makes necessary. */
  backoffMs(): number {
    return fullJitterMs(this.policy.backoff, Math.max(1, this.#failures))
  }

  /** It waits for its restart. */
  wait(): void {
    if (!this.#isStopped && this.#isWanted) this.#enter('waiting')
  }

  /** It is not run again. */
  giveUp(): void {
    this.#isWanted = false
    this.#cancelBeat()
    if (!this.#isStopped) this.#enter('failed')
  }

  /**
   * Ends the run that is under way, for a restart.
   *
   * @returns whether a new run may begin: the old one has ended, or the definition says that they may overlap
   */
  async halt(reason: unknown, until: AbortSignal): Promise<boolean> {
    this.#cancelBeat()
    const run = this.#current
    if (run === undefined || run.hasEnded) return true
    this.#enter('stopping')
    run.abort(reason)
    const limitMs = this.policy.abortLimitMs
    const { outcome } = await settleWithin(this.#parts.host.clock, limitMs, () => run.ended, until)
    if (outcome !== 'timed-out') return true
    const mayOverlap = this.policy.mayOverlap && this.#strays.size < MAX_STRAYS
    const fields = { event: 'task.signal_ignored', afterMs: limitMs, overlaps: mayOverlap }
    this.tell((log) => log.warn(fields, `task "${this.name}" ignores its signal for ${formatDuration(limitMs)}`))
    if (!mayOverlap) return false
    this.#strays.add(run)
    return true
  }

  /** The shutdown was announced: it is told to end, and never run again. */
  stop(reason: unknown): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#isWanted = false
    this.#cancelBeat()
    const current = this.#current === undefined || this.#current.hasEnded ? [] : [this.#current]
    // One that has become a stray may still be the latest.
    this.#cut = [...new Set([...current, ...this.#strays])]
    if (current.length > 0) this.#enter('stopping')
    else if (this.#state !== 'done' && this.#state !== 'failed') this.#enter('ended')
    for (const run of current) run.abort(reason)
  }

  /** Resolves when everything has ended that ran at the shutdown. @throws what one of them threw, unless it is an abort */
  async finish(): Promise<void> {
    const ends = await Promise.all(this.#cut.map((run) => run.ended))
    if (this.#state === 'stopping') this.#enter('ended')
    for (const end of ends) if (!end.isWell && !isAbort(end.error)) throw end.error
  }

  /** What has not ended, for the report of a shutdown. */
  unended(): readonly string[] {
    return this.#cut
      .filter((run) => !run.hasEnded)
      .map((run) => (run === this.#current ? `task "${this.name}"` : `task "${this.name}", run ${run.runNumber}`))
  }

  #begin(): void {
    const { host, body } = this.#parts
    this.#runs++
    this.#enter('running')
    const run = new TaskRun({
      clock: host.clock,
      task: this.name,
      runNumber: this.#runs,
      failed: this.#failedSpan,
      stallMs: this.policy.stallMs,
      messageOf: host.messageOf,
      call: body.run,
      onStall: (stalled, error) => this.#stalled(stalled, error),
    })
    this.#failedSpan = undefined
    this.#current = run
    void run.ended.then((end) => this.#ended(run, end))
  }

  #ended(run: TaskRun, end: RunEnd): void {
    this.#strays.delete(run)
    // Otherwise it was told to end, and whoever told it waits for that.
    if (run !== this.#current || this.#state !== 'running') return this.#endedAsTold(run, end)
    if (!end.isWell) return this.#fail(run, end.error)
    if (this.policy.kind === 'permanent') return this.#fail(run, endedError(this.name))
    this.#failures = 0
    if (this.policy.everyMs !== undefined) return this.#schedule(this.policy.everyMs)
    this.#isWanted = false
    this.#enter('done')
    this.tell((log) => log.info({ event: 'task.done' }, `task "${this.name}" has nothing left to do`))
  }

  /** What fails in a shutdown is told by its report; what fails while it ends for a restart would be lost otherwise. */
  #endedAsTold(run: TaskRun, end: RunEnd): void {
    if (this.#isStopped || end.isWell || isAbort(end.error) || run.wasToldToEndBy(end.error)) return
    const { body, host } = this.#parts
    const fields = { event: 'task.end_failed', err: end.error }
    const message = `task "${this.name}" failed when it was told to end: ${host.messageOf(end.error)}`
    run.within(() => body.log(run.runNumber).warn(fields, message))
  }

  #stalled(run: TaskRun, error: SeaworthyError): void {
    if (run !== this.#current || this.#state !== 'running') return
    this.#enter('stopping')
    this.#fail(run, error)
  }

  #fail(run: TaskRun, error: unknown): void {
    const { host, metrics, onFailure } = this.#parts
    const ranMs = host.clock.now() - run.startedAt
    this.#failures = ranMs >= this.policy.stableMs ? 1 : this.#failures + 1
    this.#failedSpan = run.spanContext
    metrics.failed(this.name)
    onFailure(this, error)
  }

  /** Beats that were missed are not made up for; the others keep their time. */
  #schedule(everyMs: number): void {
    const { clock } = this.#parts.host
    const now = clock.now()
    this.#dueAt += everyMs * (Math.floor(Math.max(0, now - this.#dueAt) / everyMs) + 1)
    this.#enter('scheduled')
    this.#cancelBeat = clock.schedule(this.#dueAt - now, () => this.#begin())
  }

  #enter(state: TaskState): void {
    if (state === this.#state) return
    this.#parts.metrics.moved(this.name, this.#state, state)
    this.#state = state
  }
}

function endedError(task: string): SeaworthyError {
  return new SeaworthyError('SEA_TASK_ENDED', `task "${task}" is permanent, and its run ended`, {
    hint: 'Make run() work until its signal is aborted, or leave out restart: "permanent".',
  })
}
