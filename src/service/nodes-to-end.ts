import type { StartResult } from '../lifecycle/start-in-order.ts'
import type { ComponentNode } from './component-node.ts'

/**
 * The components that a shutdown has to end: what has started, what is open although it has not, and what was given up
 * and may still come.
 *
 * @param start what the start has come to; `undefined` when it did not get as far as the components
 */
export function nodesToEnd(all: Iterable<ComponentNode>, start: StartResult | undefined): readonly ComponentNode[] {
  const started = new Set(start?.started)
  const late = start?.ok === false ? start.late : new Map<string, Promise<unknown>>()
  return [...all].flatMap((node) => {
    if (node.isOpen?.() === true) return [node]
    const coming = late.get(node.name)
    if (coming !== undefined) return [toLateNode(node, coming)]
    return started.has(node.name) ? [node] : []
  })
}

/**
 * A component that was given up while it started. It may still come up: it is then ended like any other, before what it
 * needs, so that nothing is left open when the process ends. One that never comes up costs its share of the stop phase,
 * and is named.
 */
function toLateNode(node: ComponentNode, coming: Promise<unknown>): ComponentNode {
  // All of its end is in the stop: whether there is anything to announce or to finish is not known before.
  const { announce, finish, ...rest } = node
  return {
    ...rest,
    aborted: () => node.aborted?.() ?? [],
    async stop(context) {
      const isUp = await coming.then(
        () => true,
        () => false,
      )
      if (!isUp) return
      announce?.()
      await finish?.(context)
      await node.stop(context)
    },
  }
}
