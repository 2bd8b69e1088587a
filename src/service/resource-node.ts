import type { StartUpPolicy } from '../recovery/start-up/start-up-options.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import { ComponentStart } from './component-start.ts'
import type { Needs, ResourceDefinition } from './component.ts'
import type { StartLimits } from './definition-reader.ts'

/** A resource as a node: its check is registered when it has started, and taken out before it stops. */
export function toResourceNode<Config, T, N extends Needs, P extends StartUpPolicy>(
  host: ComponentHost<Config>,
  name: string,
  definition: ResourceDefinition<Config, T, N, P>,
  { startUp, ...limits }: StartLimits,
): ComponentNode {
  const { stop } = definition
  const component = new ComponentStart<T>(host, name, definition, startUp)
  return {
    name,
    kind: 'resource',
    ...limits,
    value: () => component.shown,
    describeStart: () => component.describe(),
    start: (context) =>
      component.start(context, (signal) => definition.start(toContext(host, name, definition.needs, signal))),
    ...(startUp.policy === 'degraded' ? { announce: () => component.close() } : {}),
    async stop({ signal, limitMs }) {
      // Without a turn in between where there is none: what blocks the loop then is its stop alone.
      const attempt = component.end()
      if (attempt !== undefined) await attempt
      if (component.isUp) await stop?.(component.value, { signal, limitMs })
    },
  }
}
