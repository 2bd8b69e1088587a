import { type Counter, metrics, type UpDownCounter } from '@opentelemetry/api'

/**
 * What a task does. `waiting`: for its restart. `scheduled`: for its next beat. `stopping`: it was told to end and has not
 * yet. `done`: it ended well. `failed`: it is not restarted. `ended`: by a shutdown.
 */
export type TaskState = 'running' | 'waiting' | 'scheduled' | 'stopping' | 'done' | 'failed' | 'ended'

/** The measurements of supervised tasks. */
export class TaskMetrics {
  readonly #restarts: Counter
  readonly #failures: Counter
  readonly #state: UpDownCounter

  constructor() {
    const meter = metrics.getMeter('seaworthy')
    this.#restarts = meter.createCounter('seaworthy.task.restarts', {
      unit: '{restart}',
      description: 'Restarts of a task that were begun.',
    })
    this.#failures = meter.createCounter('seaworthy.task.failures', {
      unit: '{failure}',
      description: 'Runs of a task that failed or stalled, or ended although the task is permanent.',
    })
    this.#state = meter.createUpDownCounter('seaworthy.task.state', {
      unit: '{task}',
      description: '1 for the state that a task is in, 0 for those that it was in.',
    })
  }

  restarted(task: string): void {
    quietly(() => this.#restarts.add(1, { task }))
  }

  failed(task: string): void {
    quietly(() => this.#failures.add(1, { task }))
  }

  moved(task: string, from: TaskState | undefined, to: TaskState): void {
    quietly(() => from !== undefined && this.#state.add(-1, { task, state: from }))
    quietly(() => this.#state.add(1, { task, state: to }))
  }
}

/** Broken telemetry costs measurements, never a restart. */
function quietly(measure: () => unknown): void {
  try {
    measure()
  } catch {}
}
