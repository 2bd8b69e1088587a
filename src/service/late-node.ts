import type { ComponentNode } from './component-node.ts'

/**
 * A component that was given up while it started. It may still come up: it is then ended like any other, before what it
 * needs, so that nothing is left open when the process ends. One that never comes up costs its share of the stop phase,
 * and is named.
 */
export function toLateNode(node: ComponentNode, coming: Promise<unknown>): ComponentNode {
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
