import type { Clock } from '../core/clock.ts'
import type { DependencyGraph, GraphNode } from './dependency-graph.ts'
import { type Hook, type HookRecord, runHook } from './hook.ts'

export interface Stoppable extends GraphNode {
  readonly stop: Hook['run']
  /** An upper limit of its own; the time left is shared out besides. */
  readonly stopLimitMs?: number
}

export interface StopOptions {
  readonly clock: Clock
  /** The time that all stops together may take. */
  readonly budgetMs: number
  /** Runs each hook, so that a caller can trace it. @default runHook */
  readonly around?: (hook: Hook, run: () => Promise<HookRecord>) => Promise<HookRecord>
}

/**
 * Stops each node after everything that needs it has stopped, independent ones in parallel. A failure or a hang never
 * stops the others: each stop gets the time left divided by the length of the chain below it, so a node that hangs
 * costs its own share and no more.
 *
 * @returns the records in the order in which the stops ended; one for each node
 */
export async function stopInOrder<T extends Stoppable>(
  graph: DependencyGraph<T>,
  options: StopOptions,
): Promise<readonly HookRecord[]> {
  const { clock, around = (_hook, run) => run() } = options
  const deadline = clock.now() + options.budgetMs
  const records: HookRecord[] = []
  const stopping = new Map<string, Promise<void>>()

  const stopOnce = (node: T): Promise<void> => {
    const begun = stopping.get(node.name)
    if (begun !== undefined) return begun
    const stopped = (async () => {
      // Order does not matter among dependents: each has its own limit, and all must be over.
      await Promise.all(graph.dependents(node.name).map(stopOnce))
      const shareMs = Math.max(0, deadline - clock.now()) / graph.depth(node.name)
      const limitMs = Math.min(shareMs, node.stopLimitMs ?? Number.POSITIVE_INFINITY)
      const hook: Hook = { name: node.name, run: node.stop }
      records.push(await around(hook, () => runHook(clock, hook, limitMs)))
    })()
    stopping.set(node.name, stopped)
    return stopped
  }

  await Promise.all([...graph.nodes.values()].map(stopOnce))
  return records
}
