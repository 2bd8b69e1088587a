import { sleep } from '../../core/wait.ts'
import type { History } from '../history/history.ts'
import { Collector } from './collector.ts'
import type { ControlService } from './control-service.ts'
import { createLoads } from './create-loads.ts'
import { DependencyFronts } from './dependency-fronts.ts'
import { makeFreshFolder } from './fresh-folder.ts'
import type { BerthOptions, Harbour, HarbourOptions } from './harbour.ts'
import { Lateness } from './lateness.ts'
import { watchNoise } from './noise-watch.ts'
import { serviceEnvironment } from './service-environment.ts'
import type { Bridge } from './ship.ts'
import { Surroundings } from './surroundings.ts'
import { Vessel } from './vessel.ts'

/** What a harbour is opened with, besides what the voyage says. */
export interface HarbourNeeds {
  readonly bridge: Pick<Bridge, 'facts' | 'clock' | 'random' | 'signal'>
  readonly history: History
  /** Unique to the lifetime, also among trials that run at the same time. */
  readonly trialId: string
  readonly control?: ControlService
}

const KILLED = { signal: 'SIGKILL', graceMs: 0 } as const
/** How long loads may take to end; a request that is never answered is cut then by the end of the replicas. */
const LOADS_LIMIT_MS = 3000

/** Opens a lifetime for several replicas. */
export async function openHarbour(options: HarbourOptions, needs: HarbourNeeds): Promise<Harbour> {
  const { bridge, history, trialId, control } = needs
  const { facts, clock, random, signal } = bridge
  const protocol = facts.telemetry.protocol ?? 'http/protobuf'
  const around = new Surroundings()
  const closing = new AbortController()
  try {
    const lateness = new Lateness()
    around.add(watchNoise({ history, clock, lateness, ...(control === undefined ? {} : { control }) }))
    const collector = await Collector.start({ history, clock })
    around.add(() => collector.stop())
    const fronts = await DependencyFronts.start({ dependencies: facts.dependencies, history, clock, faults: {} })
    around.add(() => fronts.stop())
    const { host, port } = { host: facts.host, port: facts.port.value }
    const load = createLoads({ history, clock, random, facts, host, port, signal, lateness, target: options.target })
    history.set({ otlpProtocol: protocol })

    const launch = async ({ pod, host, port, env = {} }: BerthOptions): Promise<Vessel | undefined> => {
      if (closing.signal.aborted) return undefined
      const folder = await makeFreshFolder()
      around.add(() => folder.remove())
      const vessel = await Vessel.start({
        history,
        clock,
        command: facts.command,
        cwd: facts.cwd,
        env: serviceEnvironment({
          facts,
          trialId: `${trialId}.${pod}`,
          port,
          folder: folder.path,
          collector: collector.address,
          protocol,
          dependencies: fronts.env,
          env,
        }),
        host,
        port,
        pod,
      })
      if (closing.signal.aborted) {
        await vessel.end(KILLED)
        return undefined
      }
      around.add(() => vessel.end(KILLED))
      return vessel
    }
    let ending: Promise<void> | undefined
    const end = async (): Promise<void> => {
      closing.abort()
      const quiet = load.stopAll()
      if (!signal.aborted) await Promise.race([quiet, sleep(clock, LOADS_LIMIT_MS, { signal, keepAlive: false })])
      await around.end()
    }
    const harbour: Harbour = {
      history,
      load,
      closing: closing.signal,
      launch,
      mark: (name, data) => history.mark(name, data),
      pause: (ms) => sleep(clock, ms, { signal }),
      end: () => (ending ??= end()),
      [Symbol.asyncDispose]: () => harbour.end(),
    }
    return harbour
  } catch (error) {
    await around.end()
    throw error
  }
}
