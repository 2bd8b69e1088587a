import { SupervisedGroup } from './task-group.ts'
import { SupervisedTask } from './supervised-task.ts'
import type { SupervisorHost, TaskBody } from './supervisor-host.ts'
import { TaskMetrics } from './task-metrics.ts'
import type { TaskPolicy } from './task-policy.ts'

/** A task to be supervised. */
export interface DeclaredTask {
  readonly body: TaskBody
  readonly policy: TaskPolicy
}

/**
 * Runs the tasks of a service, restarts those that fail, and ends the service once when that does not help.
 *
 * @see https://www.erlang.org/doc/system/sup_princ.html
 */
export class Supervisor {
  readonly #host: SupervisorHost
  readonly #tasks = new Map<string, SupervisedTask>()
  readonly #groups = new Map<string | SupervisedTask, SupervisedGroup>()

  /** @param declared in the order in which a group's tasks depend on each other */
  constructor(host: SupervisorHost, declared: readonly DeclaredTask[]) {
    this.#host = host
    const metrics = new TaskMetrics()
    for (const { body, policy } of declared) {
      const onFailure = (failing: SupervisedTask, error: unknown): void => this.#groupOf(failing).failed(failing, error)
      const task = new SupervisedTask({ host, metrics, body, policy, onFailure })
      this.#tasks.set(body.name, task)
      this.#groupOf(task).add(task)
    }
  }

  task(name: string): SupervisedTask | undefined {
    return this.#tasks.get(name)
  }

  /** From now on nothing is restarted: the service ends. Safe to call again. */
  close(): void {
    for (const group of this.#groups.values()) group.close()
  }

  #groupOf(task: SupervisedTask): SupervisedGroup {
    const { group } = task.policy
    const key = group.name ?? task
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const made = new SupervisedGroup(this.#host, group, (name, error) => this.#escalate(name, error))
    this.#groups.set(key, made)
    return made
  }

  /** One is enough: closed groups restart and escalate nothing. What else fails meanwhile is told by its own line in the log. */
  #escalate(task: string, error: unknown): void {
    this.close()
    this.#host.end(task, error)
  }
}
