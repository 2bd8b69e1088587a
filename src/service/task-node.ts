import { formatDuration } from '../core/duration.ts'
import { OptionReader } from '../core/option-reader.ts'
import { messageOf } from '../lifecycle/shutdown-report.ts'
import { endReason } from '../lifecycle/work-ledger.ts'
import type { BackoffPolicy } from '../recovery/full-jitter.ts'
import type { DeclaredTask, Supervisor } from '../recovery/supervisor/supervisor.ts'
import type { GroupPolicy, TaskPolicy } from '../recovery/supervisor/task-policy.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import type { Needs, TaskDefinition } from './component.ts'
import { readDefinition } from './definition-reader.ts'

const DAY_MS = 86_400_000
const LONGEST_TIMER_MS = 2 ** 31 - 1
/** Of an error, in a line about it, in the health and in the report: a whole answer of a server would drown what else they say. */
const MAX_MESSAGE_LENGTH = 500

/** The tasks of a service: their declarations as nodes, and the supervisor of them, which comes with the first start. */
export class TaskNodes<Config> {
  readonly #host: ComponentHost<Config>
  readonly #declared: DeclaredTask[] = []
  readonly #groups = new Map<string, GroupPolicy>()
  readonly #ending = new Set<string>()
  #loading: Promise<Supervisor> | undefined
  #supervisor: Supervisor | undefined

  constructor(host: ComponentHost<Config>) {
    this.#host = host
  }

  /** A task as a node: started without waiting, told to end when the shutdown is announced, waited for in `finish`. */
  toNode<N extends Needs>(name: string, definition: TaskDefinition<Config, N>): ComponentNode {
    let policy: TaskPolicy | undefined
    const check = (read: OptionReader): void => void (policy = readPolicy(read, this.#groups))
    const limits = readDefinition('task', name, definition, { required: ['run'], optional: [], check })
    const supervised = () => this.#supervisor?.task(name)
    return {
      name,
      kind: 'task',
      ...limits,
      value: () => undefined,
      declared: () => this.#declare(name, definition, policy as TaskPolicy),
      start: async () => {
        this.#supervisor = await (this.#loading ??= this.#load())
        if (!this.#ending.has(name)) supervised()?.start()
      },
      announce: () => {
        this.#ending.add(name)
        this.#supervisor?.close()
        supervised()?.stop(endReason(name))
      },
      finish: async () => await supervised()?.finish(),
      aborted: () => supervised()?.unended() ?? [],
      stop: () => this.#degrade(name, undefined),
    }
  }

  #declare<N extends Needs>(name: string, definition: TaskDefinition<Config, N>, policy: TaskPolicy): void {
    const { group } = policy
    if (group.name !== undefined) this.#groups.set(group.name, group)
    const host = this.#host
    const log = (runNumber?: number) => {
      const own = host.logFor(name)
      return runNumber === undefined ? own : own.child({ run: runNumber })
    }
    this.#declared.push({
      policy,
      body: {
        name,
        log,
        run: ({ signal, runNumber, progress }) => {
          const context = { ...toContext(host, name, definition.needs, signal), log: log(runNumber) }
          // One that goes on for ever would never see a change; one of an interval sees it in its next run.
          if (policy.kind === 'permanent') return definition.run({ ...context, runNumber, progress })
          return host.live.pin(() => {
            const config = policy.everyMs === undefined ? context.config : host.config()
            return definition.run({ ...context, config, runNumber, progress })
          })
        },
      },
    })
  }

  /** Services without a task do without the code of it. */
  async #load(): Promise<Supervisor> {
    const { Supervisor: Loaded } = await import('../recovery/supervisor/supervisor.ts')
    const host = this.#host
    const end = (task: string, error: unknown): void => host.fatal(task, error)
    const degrade = (name: string, message: string | undefined): void => this.#degrade(name, message)
    return new Loaded({ clock: host.clock, messageOf: briefMessageOf, end, degrade }, this.#declared)
  }

  /** As long as a task is well it is no check: most never are anything else. */
  #degrade(task: string, message: string | undefined): void {
    const { health } = this.#host
    const name = `task:${task}`
    if (message === undefined) return void health.deregister(name)
    health.replace({ name, critical: false, check: () => ({ status: 'degraded', message }) })
  }
}

function briefMessageOf(error: unknown): string {
  const message = messageOf(error)
  return message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message
}

function readPolicy(read: OptionReader, groups: ReadonlyMap<string, GroupPolicy>): TaskPolicy {
  const kind = read.oneOf('restart', ['permanent', 'transient', 'temporary'], { fallback: 'transient' })
  const group = readGroup(read, groups)
  const everyMs = readOptional(read, 'every', LONGEST_TIMER_MS)
  if (everyMs !== undefined && kind === 'permanent') {
    read.problem('"every" can’t be given together with restart: "permanent", which it means already')
  }
  return {
    kind,
    group,
    backoff: readBackoff(read, group),
    stableMs: read.duration('stableAfter', { fallback: group.withinMs, min: 0, max: DAY_MS }),
    everyMs,
    stallMs: readOptional(read, 'stallAfter', DAY_MS),
    abortLimitMs: read.duration('abortTimeout', { fallback: 30_000, min: 1, max: DAY_MS }),
    mayOverlap: read.boolean('overlap', { fallback: false }),
  }
}

/** A crash loop must use its restarts up: where the waits outlast the window, nothing would ever end it. */
function readBackoff(read: OptionReader, { maxRestarts, withinMs }: GroupPolicy): BackoffPolicy {
  const inner = new OptionReader(read.value('backoff'), '"backoff"')
  const initialMs = inner.duration('initial', { fallback: 1_000, min: 0, max: 3_600_000 })
  const given = inner.value('initial') === undefined ? 0 : initialMs
  const fallback = Math.max(given, Math.min(30_000, withinMs / (maxRestarts + 1)))
  const maxMs = inner.duration('max', { fallback, min: 0, max: DAY_MS })
  const random = inner.callback<() => number>('random') ?? Math.random
  const longestMs = longestWaitsMs(initialMs, maxMs, maxRestarts)
  if (longestMs >= withinMs) {
    const waits = `${maxRestarts} restart${maxRestarts === 1 ? '' : 's'} can take ${formatDuration(longestMs)}`
    const window = `only those within ${formatDuration(withinMs)} count`
    inner.problem(`what fails at once would be restarted for ever: ${waits}, and ${window}; lower "max" or "initial"`)
  }
  read.include(inner)
  return { initialMs, maxMs, random }
}

function longestWaitsMs(initialMs: number, maxMs: number, restarts: number): number {
  let sumMs = 0
  for (let before = 0; before < restarts; before++) sumMs += Math.min(maxMs, initialMs * 2 ** before)
  return sumMs
}

function readOptional(read: OptionReader, name: string, max: number): number | undefined {
  const valueMs = read.duration(name, { fallback: -1, min: 1, max })
  return valueMs < 0 ? undefined : valueMs
}

/** Where a group is given, how often its tasks are restarted is said there, once for all of them. */
function readGroup(read: OptionReader, groups: ReadonlyMap<string, GroupPolicy>): GroupPolicy {
  const own = { ...readIntensity(read), name: undefined, strategy: 'one-for-one' } as const
  if (read.value('group') === undefined) return own
  for (const name of ['maxRestarts', 'restartsWithin']) {
    if (read.value(name) !== undefined) read.problem(`"${name}" belongs to the group here: write "group.${name}"`)
  }
  const inner = new OptionReader(read.value('group'), '"group"')
  const group: GroupPolicy = {
    name: inner.text('name'),
    strategy: inner.oneOf('strategy', ['one-for-one', 'rest-for-one'], { fallback: 'one-for-one' }),
    ...readIntensity(inner),
  }
  read.include(inner)
  const known = groups.get(group.name ?? '')
  if (known === undefined) return group
  if (JSON.stringify(known) !== JSON.stringify(group)) {
    read.problem(`"group" is another than the group "${group.name}" of a task before; pass the same object to both`)
  }
  return known
}

function readIntensity(read: OptionReader): { readonly maxRestarts: number; readonly withinMs: number } {
  return {
    maxRestarts: read.integer('maxRestarts', { fallback: 3, min: 0, max: 1_000 }),
    withinMs: read.duration('restartsWithin', { fallback: 60_000, min: 1, max: DAY_MS }),
  }
}
