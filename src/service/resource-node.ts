import { registerCheck } from './component-check.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import type { Needs, ResourceDefinition } from './component.ts'
import type { NodeLimits } from './definition-reader.ts'

/** A resource as a node: its check is registered when it has started, and taken out before it stops. */
export function toResourceNode<Config, T, N extends Needs>(
  host: ComponentHost<Config>,
  name: string,
  definition: ResourceDefinition<Config, T, N>,
  limits: NodeLimits,
): ComponentNode {
  const { stop } = definition
  let value: T | undefined
  return {
    name,
    kind: 'resource',
    ...limits,
    value: () => value,
    async start({ signal }) {
      const started = await definition.start(toContext(host, name, definition.needs, signal))
      value = started
      registerCheck(host, name, definition, started)
    },
    async stop({ signal }) {
      host.health.deregister(name)
      await stop?.(value as T, { signal })
    },
  }
}
