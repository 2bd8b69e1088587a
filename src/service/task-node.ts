import { endReason } from '../lifecycle/end-reason.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import type { Needs, TaskDefinition } from './component.ts'
import type { NodeLimits } from './definition-reader.ts'

/** A task as a node: started without waiting, told to end when the shutdown is announced, waited for in `finish`. */
export function toTaskNode<Config, N extends Needs>(
  host: ComponentHost<Config>,
  name: string,
  definition: TaskDefinition<Config, N>,
  limits: NodeLimits,
): ComponentNode {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let ended = true

  const run = async (): Promise<void> => {
    try {
      await definition.run(toContext(host, name, definition.needs, stopping.signal))
      if (!stopping.signal.aborted) host.logFor(name).info({}, `task "${name}" has nothing left to do`)
    } catch (error) {
      // Rejecting because it was told to stop is a way to end, not a failure.
      if (!stopping.signal.aborted) host.fatal(name, error)
      else if (!isAbort(error)) throw error
    } finally {
      ended = true
    }
  }

  return {
    name,
    kind: 'task',
    ...limits,
    value: () => undefined,
    start() {
      ended = false
      running = run()
      // Waited for in `finish`; a rejection until then is not an unhandled one.
      running.catch(() => {})
    },
    announce: () => stopping.abort(endReason(name)),
    finish: () => running,
    aborted: () => (ended ? [] : [`task "${name}"`]),
    stop() {},
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
}
