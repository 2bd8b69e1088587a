import { formatDuration } from '../../core/duration.ts'
import { SeaworthyError } from '../../core/seaworthy-error.ts'
import { sleep } from '../../core/wait.ts'
import { RestartWindow } from './restart-window.ts'
import type { SupervisedTask } from './supervised-task.ts'
import type { SupervisorHost } from './supervisor-host.ts'
import type { GroupPolicy } from './task-policy.ts'

interface Member {
  readonly task: SupervisedTask
  /** Ends the restart that is under way, for one that goes further or for a shutdown. */
  restarting: AbortController | undefined
}

/** Tasks whose restarts are counted together: decides which of them are restarted, and when it is enough. */
export class SupervisedGroup {
  readonly #host: SupervisorHost
  readonly #policy: GroupPolicy
  readonly #window: RestartWindow
  /** In the order of their declaration. */
  readonly #members: Member[] = []
  readonly #escalate: (task: string, error: unknown) => void
  #isOver = false

  constructor(host: SupervisorHost, policy: GroupPolicy, escalate: (task: string, error: unknown) => void) {
    this.#host = host
    this.#policy = policy
    this.#window = new RestartWindow(policy.maxRestarts, policy.withinMs)
    this.#escalate = escalate
  }

  add(task: SupervisedTask): void {
    this.#members.push({ task, restarting: undefined })
  }

  /** From now on nothing is restarted. */
  close(): void {
    this.#isOver = true
    for (const member of this.#members) member.restarting?.abort()
  }

  failed(task: SupervisedTask, error: unknown): void {
    const index = this.#members.findIndex((member) => member.task === task)
    const failing = this.#members[index]
    if (failing === undefined) return
    const { kind } = task.policy
    const message = this.#host.messageOf(error)
    if (this.#isOver || kind === 'temporary') {
      task.giveUp()
      const text = `task "${task.name}" failed and is not restarted: ${message}`
      return task.tell((log) => log.error({ event: 'task.failed', err: error }, text))
    }
    if (failing.restarting !== undefined) {
      // It was about to be ended by a failure further up, and is restarted with that, which counts once for all.
      const text = `task "${task.name}" failed before it was ended for a restart: ${message}`
      task.tell((log) => log.warn({ event: 'task.failed', err: error }, text))
      return task.wait()
    }
    const { maxRestarts, withinMs } = this.#policy
    const now = this.#host.clock.now()
    if (!this.#window.admit(now)) return this.#giveUp(failing, error, now)
    const members = this.#policy.strategy === 'rest-for-one' ? this.#members.slice(index) : [failing]
    const delayMs = task.backoffMs()
    const restarts = this.#window.count
    const fields = {
      event: 'task.failed',
      err: error,
      restartInMs: Math.round(delayMs),
      restarts,
      maxRestarts,
      withinMs,
    }
    const which = `restart ${restarts} of ${maxRestarts} in ${formatDuration(withinMs)}`
    const text = `task "${task.name}" failed: ${message}; ${which} follows in ${formatDuration(delayMs)}`
    task.tell((log) => log.warn(fields, text))
    this.#host.degrade(task.name, `failed and waits for its restart: ${message}`)
    void this.#restart(members, task, delayMs)
  }

  async #restart(members: readonly Member[], failing: SupervisedTask, delayMs: number): Promise<void> {
    const restarting = new AbortController()
    const { signal } = restarting
    for (const member of members) {
      member.restarting?.abort()
      member.restarting = restarting
      member.task.hold()
    }
    const isDue = sleep(this.#host.clock, delayMs, { signal })
    const reason = new DOMException(`"${failing.name}" failed, and this task is restarted with it`, 'AbortError')
    for (const { task } of members.toReversed()) {
      const hasEnded = await task.halt(reason, signal)
      if (signal.aborted) return
      if (!hasEnded) return this.#tellIgnored(task)
      if (task === failing) task.wait()
      else if (task.isWanted && task.runCount > 0) this.#tellWaits(task, failing.name)
    }
    await isDue
    if (signal.aborted) return
    for (const member of members) {
      member.restarting = undefined
      member.task.restart()
    }
  }

  #tellWaits(task: SupervisedTask, failing: string): void {
    if (task.policy.kind === 'temporary') return task.giveUp()
    task.wait()
    this.#host.degrade(task.name, `waits for the restart of "${failing}"`)
    const fields = { event: 'task.halted', because: failing }
    task.tell((log) => log.info(fields, `task "${task.name}" ended, because "${failing}" failed`))
  }

  #tellIgnored(task: SupervisedTask): void {
    const limit = formatDuration(task.policy.abortLimitMs)
    const error = new SeaworthyError(
      'SEA_TASK_SIGNAL_IGNORED',
      `task "${task.name}" is to be restarted, and run ${task.runCount} has not ended ${limit} after its signal was aborted`,
      { hint: 'Pass the signal on to what the run waits for, or set overlap: true where two runs do no harm.' },
    )
    task.giveUp()
    this.#escalate(task.name, error)
  }

  #giveUp({ task }: Member, error: unknown, now: number): void {
    task.giveUp()
    const { maxRestarts, withinMs, name } = this.#policy
    if (maxRestarts === 0) return this.#escalate(task.name, error)
    const failures = this.#window.count + 1
    const tookMs = now - (this.#window.oldest ?? now)
    const who = name === undefined ? `task "${task.name}"` : `tasks of the group "${name}", at last "${task.name}",`
    const limit = `${maxRestarts} restart${maxRestarts === 1 ? '' : 's'} in ${formatDuration(withinMs)} are allowed`
    const message = `${who} failed ${failures} times within ${formatDuration(tookMs)}, and ${limit}. The last error: ${this.#host.messageOf(error)}`
    const fields = { event: 'task.escalated', err: error, failures, tookMs, maxRestarts, withinMs }
    task.tell((log) => log.error(fields, `task "${task.name}" is not restarted any more: the service ends`))
    this.#escalate(
      task.name,
      new SeaworthyError('SEA_TASK_RESTARTS_EXCEEDED', message, {
        cause: error,
        hint: 'Mend the last error; what fails so often is left to whatever restarts the process.',
      }),
    )
  }
}
