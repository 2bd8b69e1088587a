import type { HookContext } from '../lifecycle/hook.ts'
import { probeHandler } from '../server/probe-handler.ts'
import { applyServerDefaults } from '../server/server-defaults.ts'
import type { TrackableServer } from '../server/server-drain.ts'
import { AdoptedServers } from './adopted-servers.ts'
import type { ComponentHost } from './component-host.ts'
import { toContext } from './component-host.ts'
import type { ComponentNode } from './component-node.ts'
import type { Bound, ListenerDefinition, Needs } from './component.ts'
import type { NodeLimits } from './definition-reader.ts'
import { portOf } from './listener-address.ts'
import { openListener } from './open-listener.ts'
import { answerProbesFirst, requireHttp } from './probes-first.ts'
import { ServerGroup } from './server-group.ts'
import type { SecureListener } from './tls/secure-listener.ts'
import { toApplication } from './to-application.ts'

/** So that the listener itself says that nothing listens, and not the deadline of its start. */
const SILENCE_MARGIN_MS = 1000

/** A listener as a node: built by the user, bound (or adopted) and drained by the runtime. */
export function toListenerNode<Config, N extends Needs>(
  host: ComponentHost<Config>,
  name: string,
  definition: ListenerDefinition<Config, N>,
  limits: NodeLimits,
): ComponentNode {
  const { adopt, port, host: address, probes } = definition
  const group = new ServerGroup(host, name)
  const adopted = new AdoptedServers(host, name)
  let bound: Bound | undefined
  let isPrepared = false
  let secure: SecureListener | undefined

  const take = (server: TrackableServer): void => {
    if (group.servers.includes(server)) return
    group.track(server)
    adopted.add(server)
    if (isPrepared) prepare(server)
  }
  const prepare = (server: TrackableServer): void => {
    applyServerDefaults(server)
    if (definition.shedding !== undefined && definition.shedding !== false)
      requireHttp(name, 'shedding', server, 'Leave out "shedding": only requests of HTTP can be refused.')
    if (probes === true) answerProbesFirst(name, server, probeHandler(host.probes))
  }
  const open = async (signal: AbortSignal): Promise<Bound> => {
    const { application } = group
    if (adopt === undefined) {
      if (application.server !== undefined) prepare(application.server)
      const config = host.live.observedBy(name) as Config
      return openListener(host, group, application, {
        name,
        port: portOf(name, port, config),
        host: typeof address === 'function' ? address(config) : address,
        signal,
      })
    }
    if (application.server !== undefined) take(application.server)
    for (const server of group.servers) prepare(server)
    isPrepared = true
    return adopted.whenListening(limits.startLimitMs, signal)
  }

  return {
    name,
    kind: 'listener',
    ...limits,
    ...(adopt === undefined ? {} : { startLimitMs: limits.startLimitMs + SILENCE_MARGIN_MS }),
    value: () => bound,
    declared() {
      host.shedding.declare(name, definition.shedding)
      adopt?.(take)
    },
    isOpen: () => adopt !== undefined && group.servers.length > 0,
    async start({ signal }) {
      const tls =
        typeof definition.tls === 'function' ? definition.tls(host.live.observedBy(name) as Config) : definition.tls
      if (tls !== undefined) {
        const { SecureListener } = await import('./tls/secure-listener.ts')
        secure = await SecureListener.open(host, name, tls)
      }
      const built = await definition.start(toContext(host, name, definition.needs, signal))
      group.application = toApplication(name, built, {
        adopts: adopt !== undefined,
        answersErrors: definition.answerErrors ?? adopt === undefined,
        makeServer: secure?.makeServer,
      })
      secure?.take(group.application.server)
      group.guard = await host.shedding.guard(host, name)
      await group.application.ready?.()
      try {
        bound = await open(signal)
      } catch (error) {
        // What is adopted may be open all the same: the shutdown that follows ends it.
        if (adopt === undefined) {
          group.release()
          await group.application.close?.()
        }
        throw error
      }
      await secure?.start()
      host.logFor(name).info({ port: bound.port, host: bound.host }, `listening on ${bound.url}`)
    },
    announce() {
      group.startDraining(host.drainDelayMs())
      group.application.announce?.()
    },
    finish: ({ limitMs }: HookContext) => group.finish(limitMs),
    aborted: () => group.cut(),
    openWork: () => group.openWork(),
    figures: () => group.figures(),
    reload: async (reason) => secure?.reload(reason),
    // Without a turn in between where there is nothing to wait for: whatever blocks the loop then is not this one's.
    stop() {
      const { application } = group
      return secure === undefined ? application.close?.() : secure.close().then(() => application.close?.())
    },
  }
}
