import { sleep } from '../../core/wait.ts'
import { RawConnection } from '../../load/raw-client.ts'
import type { PreStopFact } from '../facts.ts'
import type { PodEvent } from '../history/fleet-events.ts'
import type { Harbour } from '../ship/harbour.ts'
import type { Bridge } from '../ship/ship.ts'
import type { Vessel } from '../ship/vessel.ts'
import { type Berth, portAt } from './berths.ts'
import { askAsKubelet } from './kubelet-probe.ts'
import { type Container, Pod, type PodRuntime } from './pod.ts'
import { probeTimings } from './probe-timing.ts'
import type { Revision } from './rolling-update.ts'

export interface ServicePodOptions {
  readonly bridge: Pick<Bridge, 'facts' | 'clock' | 'random'>
  readonly harbour: Harbour
  readonly name: string
  readonly revision: Revision
  readonly berth: Berth
  /** Told of everything after it was written down. */
  readonly onEvent?: (what: PodEvent['what'], pod: Pod) => void
}

const KILLED = { signal: 'SIGKILL', graceMs: 0 } as const

/** A replica of the service, as a pod: what happens to it is written into the history of its harbour. */
export function makeServicePod(options: ServicePodOptions): Pod {
  const { bridge, harbour, name, revision, onEvent } = options
  const { facts, clock, random } = bridge
  const pod = new Pod({
    name,
    revision,
    clock,
    random,
    settings: { probes: probeTimings(facts), graceMs: facts.graceMs.value },
    runtime: serviceRuntime(options),
    onEvent: (what, self) => {
      harbour.history.add({ kind: 'pod', pod: name, revision, what })
      onEvent?.(what, self)
    },
  })
  // Its process is killed then, which must not look like a crash.
  harbour.closing.addEventListener('abort', () => pod.delete(), { once: true })
  return pod
}

function serviceRuntime({ bridge, harbour, name, berth }: ServicePodOptions): PodRuntime {
  const { facts, clock } = bridge
  const { history } = harbour
  let former: Vessel | undefined
  const hook = hookOf(facts.preStop ?? { kind: 'sleep', ms: facts.preStopMs.value }, facts.preStopMs.value)
  return {
    start: async () => {
      await former?.end(KILLED)
      const vessel = await harbour.launch({ pod: name, ...berth })
      former = vessel
      return vessel === undefined ? ENDED : containerOf(vessel, facts.stopSignal)
    },
    probe: (probe) => askAsKubelet({ name: probe, pod: name, berth, facts, history, clock }),
    ...(hook === undefined ? {} : { preStop: (signal: AbortSignal) => hook(signal) }),
  }

  function hookOf(preStop: PreStopFact, waitMs: number): ((signal: AbortSignal) => Promise<void>) | undefined {
    if (preStop.kind === 'httpGet') return (signal) => get(preStop, signal)
    // A command is not run: it would not be in a container here, and its process 1 would be that of the machine.
    const ms = preStop.kind === 'sleep' ? preStop.ms : waitMs
    return ms === 0 ? undefined : (signal) => sleep(clock, ms, { signal })
  }

  async function get({ path, port }: { path: string; port: number }, signal: AbortSignal): Promise<void> {
    const connection = new RawConnection({
      clock,
      host: berth.host,
      port: portAt(berth, port, facts),
      ...(facts.protocol.tls ? { tls: { rejectUnauthorized: false } } : {}),
    })
    const giveUp = (): void => connection.close()
    signal.addEventListener('abort', giveUp, { once: true })
    await connection.request({ path, timeoutMs: facts.graceMs.value })
    signal.removeEventListener('abort', giveUp)
    connection.close()
  }
}

const ENDED: Container = { exited: Promise.resolve(), signal: () => {}, kill: () => {} }

function containerOf(vessel: Vessel, stopSignal: NodeJS.Signals): Container {
  return {
    // With process 1 of a container, everything in it ends.
    exited: vessel.exited.then(() => void vessel.end(KILLED)),
    signal: () => void vessel.signal(stopSignal),
    kill: () => void vessel.end(KILLED),
  }
}
