import type { Clock } from '../core/clock.ts'
import { formatDuration } from '../core/duration.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { settleWithin } from '../core/wait.ts'
import type { DependencyGraph, GraphNode } from './dependency-graph.ts'
import { hintOf, messageOf } from './shutdown-report.ts'

/** What a start is told. */
export interface StartContext {
  /** Aborted when the start is given up. */
  readonly signal: AbortSignal
  /** How long it may take, in milliseconds. */
  readonly limitMs: number
}

export interface Startable extends GraphNode {
  readonly start: (context: StartContext) => unknown
  readonly startLimitMs: number
  /** What the start has come to until now, for the message when it takes too long. */
  readonly describeStart?: () => string | undefined
}

export interface StartOptions {
  readonly clock: Clock
  /** The time that the whole start may take. */
  readonly budgetMs: number
  /** Gives the start up: nothing more is started, and what runs is told. */
  readonly signal: AbortSignal
  readonly onStarted?: (name: string, tookMs: number) => void
}

export type StartResult =
  | { readonly ok: true; readonly started: readonly string[] }
  /** `started` must be rolled back; `late` were given up but may still come up, and then must be stopped, too. */
  | {
      readonly ok: false
      readonly started: readonly string[]
      readonly error: SeaworthyError
      readonly late: ReadonlyMap<string, Promise<unknown>>
    }

/**
 * Starts each node once everything it needs is up, independent ones in parallel. At the first failure, a missed
 * deadline, or when `signal` gives up, nothing more is started.
 */
export async function startInOrder<T extends Startable>(
  graph: DependencyGraph<T>,
  options: StartOptions,
): Promise<StartResult> {
  const { clock, signal } = options
  const deadline = clock.now() + options.budgetMs
  const started: string[] = []
  const failures: SeaworthyError[] = []
  const late = new Map<string, Promise<unknown>>()
  const starting = new Map<string, Promise<boolean>>()
  const halt = new AbortController()
  const giveUp = AbortSignal.any([signal, halt.signal])

  const startOne = async (node: T): Promise<boolean> => {
    const needs = await Promise.all(graph.needs(node.name).map(startOnce))
    if (giveUp.aborted || needs.includes(false)) return false
    const leftMs = Math.max(0, deadline - clock.now())
    const limitMs = Math.min(node.startLimitMs, leftMs)
    let running: Promise<unknown> = Promise.resolve()
    const settled = await settleWithin(
      clock,
      limitMs,
      (own) => {
        running = (async () => node.start({ signal: AbortSignal.any([own, giveUp]), limitMs }))()
        return running
      },
      giveUp,
    )
    if (settled.outcome === 'done') {
      started.push(node.name)
      options.onStarted?.(node.name, settled.tookMs)
      return true
    }
    if (settled.outcome === 'failed') {
      failures.push(failed(node.name, settled.error))
    } else {
      late.set(node.name, running)
      if (settled.outcome === 'timed-out') failures.push(tooSlow(node, limitMs, leftMs < node.startLimitMs))
    }
    halt.abort()
    return false
  }

  const startOnce = (node: T): Promise<boolean> => {
    const begun = starting.get(node.name) ?? startOne(node)
    starting.set(node.name, begun)
    return begun
  }

  await Promise.all([...graph.nodes.values()].map(startOnce))
  if (failures.length === 0 && !signal.aborted) return { ok: true, started }
  return { ok: false, started, late, error: joinFailures(failures) }
}

function failed(name: string, cause: unknown): SeaworthyError {
  const hint = hintOf(cause)
  return new SeaworthyError('SEA_START_FAILED', `"${name}" did not start: ${messageOf(cause)}`, {
    cause,
    ...(hint === undefined ? {} : { hint }),
  })
}

function tooSlow({ name, describeStart }: Startable, limitMs: number, total: boolean): SeaworthyError {
  const until = describeStart?.()
  const whose = total ? 'what was left of the total start deadline' : 'its start deadline'
  return new SeaworthyError(
    'SEA_START_TIMED_OUT',
    `"${name}" did not start within ${whose} (${formatDuration(limitMs)})${until === undefined ? '' : `: ${until}`}`,
    {
      hint: total
        ? 'Raise startTimeout of the service, or find what made the components before it slow.'
        : `Raise startTimeout of "${name}", or find what it waits for.`,
    },
  )
}

function joinFailures(failures: readonly SeaworthyError[]): SeaworthyError {
  const [first] = failures
  if (first === undefined) {
    return new SeaworthyError('SEA_START_INTERRUPTED', 'The start was given up because a shutdown was asked for')
  }
  if (failures.length === 1) return first
  const hints = new Set(failures.flatMap((failure) => failure.hint ?? []))
  return new SeaworthyError('SEA_START_FAILED', failures.map((failure) => failure.message).join('; '), {
    cause: new AggregateError(failures),
    ...(hints.size === 0 ? {} : { hint: [...hints].join(' ') }),
  })
}
