import { ManualClock } from '../../../src/core/manual-clock.ts'
import { messageOf } from '../../../src/lifecycle/shutdown-report.ts'
import type { RunCall } from '../../../src/recovery/supervisor/supervisor-host.ts'
import { Supervisor } from '../../../src/recovery/supervisor/supervisor.ts'
import type { TaskPolicy } from '../../../src/recovery/supervisor/task-policy.ts'

/** What a task may be told of itself besides its run. */
export type Told = Partial<Omit<TaskPolicy, 'group' | 'backoff'>> & {
  readonly group?: Partial<TaskPolicy['group']>
  readonly backoff?: Partial<TaskPolicy['backoff']>
  readonly run: (call: RunCall) => unknown
}

/** Restarts without a wait, unless it is said otherwise: at most three in a minute. */
function policyOf({ run: _run, group, backoff, ...rest }: Told): TaskPolicy {
  return {
    kind: 'transient',
    group: { name: undefined, strategy: 'one-for-one', maxRestarts: 3, withinMs: 60_000, ...group },
    backoff: { initialMs: 0, maxMs: 30_000, random: () => 1, ...backoff },
    stableMs: 60_000,
    everyMs: undefined,
    stallMs: undefined,
    abortLimitMs: 30_000,
    mayOverlap: false,
    ...rest,
  }
}

export interface Ended {
  readonly task: string
  readonly error: unknown
  readonly at: number
}

/** A supervisor of these tasks on a clock of its own, and everything that it told. */
export function supervise(tasks: Readonly<Record<string, Told>>) {
  const clock = new ManualClock()
  const ends: Ended[] = []
  const lines: { readonly event: unknown; readonly message: string; readonly task: string }[] = []
  const degraded = new Map<string, string>()
  const supervisor = new Supervisor(
    {
      clock,
      messageOf,
      end: (task, error) => void ends.push({ task, error, at: clock.now() }),
      degrade: (task, message) => void (message === undefined ? degraded.delete(task) : degraded.set(task, message)),
    },
    Object.entries(tasks).map(([name, told]) => {
      const say = (fields: { event?: unknown }, message: string): void =>
        void lines.push({ event: fields.event, message, task: name })
      const log = { debug: say, info: say, warn: say, error: say }
      return { policy: policyOf(told), body: { name, log: () => log, run: told.run } }
    }),
  )
  const of = (name: string) => {
    const task = supervisor.task(name)
    if (task === undefined) throw new Error(`there is no task "${name}"`)
    return task
  }
  return {
    clock,
    supervisor,
    ends,
    lines,
    degraded,
    of,
    events: () => lines.map(({ task, event }) => `${task} ${String(event)}`),
    start: async () => {
      for (const name of Object.keys(tasks)) of(name).start()
      await clock.advance(0)
    },
    stop: async () => {
      supervisor.close()
      for (const name of Object.keys(tasks)) of(name).stop(new DOMException('shutting down', 'AbortError'))
      await clock.advance(0)
    },
  }
}

/** Waits for its signal, and then ends by rejecting with its reason. */
export function untilAborted({ signal }: RunCall): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
