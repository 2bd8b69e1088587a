import { ENDPOINT_LAG_OVER, STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { RunningLoad } from '../ship/loads.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const LOAD_MS = 700
const KEPT = { connections: 5, perSecond: 15 } as const
const NEW_PER_SECOND = 10
const SLOW_IN_FLIGHT = 4
/** The judge asks for two; one of them may be answered in the moment of the signal. */
const MIN_SLOW_IN_FLIGHT = 3
const SLOW_LIMIT_MS = 2000
/** After SIGHUP, beside the time that an end usually takes: one in order would have come by then. */
const HANGUP_WATCH_MS = 1500
/** Of an end that nobody measured. */
const USUAL_EXIT_MS = 2000

export default defineVoyage({
  id: 'other-signals',
  title: 'other signals',
  description:
    'Under the same light load with slow requests in flight, one life of the service gets its stop signal, one SIGINT, and one SIGHUP.',
  seconds: { quick: 0, default: 4 },
  lives: ({ standsBeside }) => (standsBeside === true ? { starts: 1, stops: 1 } : { starts: 3, stops: 3 }),
  sailsInCompany: true,
  async sail(bridge) {
    const signals = [...new Set<NodeJS.Signals>([bridge.facts.stopSignal, 'SIGINT', 'SIGHUP'])]
    bridge.say(signals.join(', '))
    await sideBySide(signals, bridge, (signal) => signalOnce(signal, bridge))
  },
})

async function signalOnce(signal: NodeJS.Signals, bridge: Bridge): Promise<void> {
  const { facts, clock } = bridge
  await using ship = await launchForStop(bridge, { label: signal, settings: { signal } })
  if (!ship.isRunning) return
  ship.mark(STOP_LOAD_BEGAN)
  const kept = ship.load.keepAlive(KEPT)
  const fresh = ship.load.newConnections({ perSecond: NEW_PER_SECOND })
  const slow = ship.load.slow({ inFlight: SLOW_IN_FLIGHT })
  await pauseWhileRunning(ship, LOAD_MS)
  const until = clock.now() + SLOW_LIMIT_MS
  while (ship.isRunning && slow.inFlightCount < MIN_SLOW_IN_FLIGHT && clock.now() < until) await ship.pause(10)
  ship.signal(signal)
  slow.sendNoMore()
  if (signal === 'SIGHUP') return await afterHangup(ship, [kept, fresh, slow], bridge)
  await pauseWhileRunning(ship, facts.endpointLagMs.value)
  fresh.sendNoMore()
  kept.openNoMore()
  ship.mark(ENDPOINT_LAG_OVER)
  await awaitStop(ship, bridge)
  await Promise.all([kept, fresh, slow].map((each) => each.stop()))
}

/** Clients go on: a service that goes on, too, answers them. One that has closed its listener is on its way to its end. */
async function afterHangup(ship: Ship, loads: readonly RunningLoad[], bridge: Bridge): Promise<void> {
  const { facts } = bridge
  await pauseWhileRunning(ship, (facts.normal.exitAfterMs ?? USUAL_EXIT_MS) + HANGUP_WATCH_MS)
  if (ship.isRunning && !isListening(ship)) await awaitStop(ship, bridge)
  await Promise.all(loads.map((load) => load.stop()))
  await endQuickly(ship, facts)
}

function isListening({ history, port }: Ship): boolean {
  return history.soFar('listening').findLast((event) => event.port === port)?.what === 'opened'
}
