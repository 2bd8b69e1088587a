import type { StartResult } from '../lifecycle/start-in-order.ts'
import type { ComponentNode } from './component-node.ts'
import { toLateNode } from './late-node.ts'

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
