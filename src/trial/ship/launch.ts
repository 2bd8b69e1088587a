import { findPidNamespace } from '../../process/pid-namespace.ts'
import { quietPort } from '../../process/quiet-port.ts'
import type { History } from '../history/history.ts'
import { Collector } from './collector.ts'
import type { ControlService } from './control-service.ts'
import { createLoads } from './create-loads.ts'
import { DependencyFronts } from './dependency-fronts.ts'
import { makeFreshFolder } from './fresh-folder.ts'
import { watchNoise } from './noise-watch.ts'
import { Lateness } from './lateness.ts'
import { withOwnAdminPort } from './own-admin-port.ts'
import { serviceEnvironment } from './service-environment.ts'
import type { Bridge, LaunchOptions } from './ship.ts'
import { ShipAtSea } from './ship-at-sea.ts'
import { Surroundings } from './surroundings.ts'
import { Vessel } from './vessel.ts'

/** What a lifetime is launched with, besides what the voyage says. */
export interface Launch {
  readonly bridge: Pick<Bridge, 'facts' | 'clock' | 'random' | 'signal'>
  readonly history: History
  /** Unique to the lifetime, also among trials that run at the same time. */
  readonly trialId: string
  /** Told of the ship before it is waited for. */
  readonly onSpawned: (ship: ShipAtSea) => void
  readonly control?: ControlService
}

/** How much longer a start may take than was declared. */
const PATIENCE = 2

/** Starts the service with everything around it, and waits until it is as far as was asked. */
export async function launch(
  options: LaunchOptions,
  { bridge, history, trialId, onSpawned, control }: Launch,
): Promise<ShipAtSea> {
  const { clock, random, signal } = bridge
  const facts = await withOwnAdminPort(bridge.facts)
  const { host } = facts
  const port = options.port ?? (facts.portVariable === undefined ? facts.port.value : await quietPort(host))
  const protocol = facts.telemetry.protocol ?? 'http/protobuf'
  const around = new Surroundings()
  const lateness = new Lateness()
  around.add(watchNoise({ history, clock, lateness, ...(control === undefined ? {} : { control }) }))
  try {
    const collector = await Collector.start({
      history,
      clock,
      ...(options.collector === undefined ? {} : { fault: options.collector }),
    })
    around.add(() => collector.stop())
    const fronts = await DependencyFronts.start({
      dependencies: facts.dependencies.map((dependency) => ({
        ...dependency,
        template: options.dependencyTemplates?.[dependency.name] ?? dependency.template,
      })),
      history,
      clock,
      faults: options.dependencies ?? {},
    })
    around.add(() => fronts.stop())
    const folder = options.folder ?? (await freshFolder(around))
    const env = serviceEnvironment({
      facts,
      trialId,
      port,
      folder,
      collector: collector.address,
      protocol,
      dependencies: fronts.env,
      env: options.env ?? {},
    })
    history.set({ port, otlpProtocol: env['OTEL_EXPORTER_OTLP_PROTOCOL'] ?? protocol })
    const pidNamespace = options.asPid1 === true ? await findPidNamespace() : undefined
    const vessel = await Vessel.start({
      history,
      clock,
      command: facts.command,
      cwd: facts.cwd,
      env,
      host,
      port,
      ...(pidNamespace === undefined ? {} : { pidNamespace }),
      ...(options.readsSlowly === undefined ? {} : { readsSlowly: options.readsSlowly }),
      ...(options.readingEveryMs === undefined ? {} : { readingEveryMs: options.readingEveryMs }),
    })
    around.add(() => vessel.end({ signal: 'SIGKILL', graceMs: 0 }))
    const load = createLoads({ history, clock, random, facts, host, port, signal, lateness })
    const ship = new ShipAtSea({ bridge: { ...bridge, facts }, history, vessel, collector, fronts, load, port, around })
    onSpawned(ship)
    const untilMs = options.untilMs ?? facts.startupMs.value * PATIENCE
    if (options.until === 'listening') await ship.whenListening(untilMs)
    else if (options.until !== 'spawned') await ship.whenReady(untilMs)
    return ship
  } catch (error) {
    await around.end()
    throw error
  }
}

async function freshFolder(around: Surroundings): Promise<string> {
  const folder = await makeFreshFolder()
  around.add(() => folder.remove())
  return folder.path
}
