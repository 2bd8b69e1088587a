import { ENDPOINT_LAG_OVER, STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, awaitTelemetry, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { keepBusyUntilClosed } from '../manoeuvres/keep-busy.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import type { RunningLoad } from '../ship/loads.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const CYCLES = { quick: 1, default: 3, soak: 3 } as const
const LOAD_MS = 1500
/** The signal falls into another moment of every beat in each cycle. */
const PHASE_MS = 500
/** Each is used every quarter of a second: whoever is not told has one on the wire when the connection is closed. */
const KEPT = { connections: 16, perSecond: 60 } as const
const NEW_PER_SECOND = 50
const SLOW_IN_FLIGHT = 6
const MIN_SLOW_IN_FLIGHT = 4
/** One more than the judges ask for: one may come to be used in the moment of the signal. */
const MIN_IDLE = 6
const SLOW_LIMIT_MS = 2000
const DRIPS = { inFlight: 2, lastMs: 1200 } as const
const READERS = { inFlight: 2, bytesPerSecond: 200_000 } as const
/** Where nothing else takes long, a dependency does, from shortly before the signal on. */
const SLOW_DEPENDENCY = { kind: 'slow', delayMs: 800 } as const
const SLOW_DEPENDENCY_MS = 250
/** From so long before the signal on, until readiness has said no. */
const PROBED_MS = 300
const PROBE_EVERY_MS = 20

export default defineVoyage({
  id: 'stop-under-load',
  title: 'stop under load',
  description:
    'Three times (once with --quick): load over new and kept connections with a wire delay, slow requests, slow readers and dripped uploads, then the stop signal. New connections go on coming for the endpoint lag, kept ones until the service closes them.',
  seconds: { quick: 3, default: 8 },
  lives: (_, pace) => ({ starts: CYCLES[pace], stops: CYCLES[pace] }),
  sailsInCompany: true,
  async sail(bridge) {
    for (let cycle = 1; cycle <= CYCLES[bridge.pace]; cycle++) {
      if (bridge.signal.aborted) return
      await using ship = await launchForStop(bridge, { label: `cycle ${cycle}` })
      // One that does not end costs its whole grace period, and shows nothing new.
      if (!ship.isRunning) return await knock(ship)
      if (!(await stopUnderLoad(ship, bridge))) return
    }
  },
})

/** What was started has ended. Whether something answers all the same tells a daemon from a failure. */
async function knock(ship: Ship): Promise<void> {
  for (let count = 0; count < 3; count++) await ship.load.once('new', { timeoutMs: 2000 })
}

async function stopUnderLoad(ship: Ship, bridge: Bridge): Promise<boolean> {
  const { facts, random, say } = bridge
  const { load } = ship
  ship.mark(STOP_LOAD_BEGAN)
  say('load')
  const kept = load.keepAlive(KEPT)
  const fresh = load.newConnections({ perSecond: NEW_PER_SECOND })
  const slow = load.slow({ inFlight: SLOW_IN_FLIGHT })
  const others = [load.drip(DRIPS), load.slowReaders(READERS)]
  await pauseWhileRunning(ship, LOAD_MS + random.ratio() * PHASE_MS)
  const stopProbing = probeUntilUnready(ship)
  await pauseWhileRunning(ship, PROBED_MS)
  await untilInFlight({ slow, kept }, ship, bridge)
  say(`${facts.stopSignal}, ${slow.inFlightCount} slow requests in flight`)
  ship.signal(facts.stopSignal)
  for (const each of [slow, ...others]) each.sendNoMore()
  await pauseWhileRunning(ship, facts.endpointLagMs.value)
  fresh.sendNoMore()
  kept.openNoMore()
  ship.mark(ENDPOINT_LAG_OVER)
  await restoreDependencies(ship, bridge)
  const last = ship.isRunning ? [keepBusyUntilClosed(ship)] : []
  const ended = await awaitStop(ship, bridge)
  await Promise.all([...[kept, fresh, slow, ...others, ...last].map((each) => each.stop()), stopProbing()])
  await awaitTelemetry(ship)
  return ended
}

/** Ends with the first complete answer that says no: nobody asks for more, and a listener that closes is left in peace. */
function probeUntilUnready(ship: Ship): () => Promise<void> {
  const stop = ship.probe({ everyMs: PROBE_EVERY_MS, probes: ['ready'] })
  const forget = ship.history.listen((event) => {
    if (event.kind !== 'probe' || event.status === undefined || event.isSuccess) return
    forget()
    void stop()
  })
  return async () => {
    forget()
    await stop()
  }
}

/** The signal comes when slow requests are in flight and kept connections idle: on a busy machine not at any moment. */
async function untilInFlight(
  { slow, kept }: { readonly slow: RunningLoad; readonly kept: RunningLoad },
  ship: Ship,
  { facts, clock }: Bridge,
): Promise<void> {
  if (facts.slow === undefined && facts.upload === undefined && facts.dependencies.length > 0) {
    for (const { name } of facts.dependencies) await ship.setDependencyFault(name, SLOW_DEPENDENCY)
    return pauseWhileRunning(ship, SLOW_DEPENDENCY_MS)
  }
  const until = clock.now() + SLOW_LIMIT_MS
  const isTime = (): boolean =>
    slow.inFlightCount >= MIN_SLOW_IN_FLIGHT && kept.inFlightCount <= KEPT.connections - MIN_IDLE
  while (ship.isRunning && !isTime() && clock.now() < until) await ship.pause(10)
}

async function restoreDependencies(ship: Ship, { facts }: Bridge): Promise<void> {
  if (facts.slow !== undefined || facts.upload !== undefined) return
  for (const { name } of facts.dependencies) await ship.setDependencyFault(name, undefined)
}
