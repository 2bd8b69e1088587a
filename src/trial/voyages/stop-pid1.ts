import { ENDPOINT_LAG_OVER, STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import { defineVoyage } from '../voyage.ts'

const LOAD_MS = 700
const KEPT = { connections: 5, perSecond: 10 } as const
const NEW_PER_SECOND = 20

export default defineVoyage({
  id: 'stop-pid1',
  title: 'stop as process 1',
  description:
    'The service is process 1 of a PID namespace of its own, as in a container; light load, then the stop signal.',
  seconds: { quick: 0, default: 1 },
  sailsInCompany: true,
  skipBecause: ({ machine }) =>
    machine.hasPidNamespaces
      ? undefined
      : 'This machine lets nobody make PID namespaces: it needs Linux, and root or user namespaces',
  async sail(bridge) {
    const { facts, say } = bridge
    await using ship = await launchForStop(bridge, { label: 'as process 1', asPid1: true })
    if (!ship.isRunning) return
    ship.mark(STOP_LOAD_BEGAN)
    const kept = ship.load.keepAlive(KEPT)
    const fresh = ship.load.newConnections({ perSecond: NEW_PER_SECOND })
    await pauseWhileRunning(ship, LOAD_MS)
    say(`${facts.stopSignal} to process 1`)
    ship.signal(facts.stopSignal)
    await pauseWhileRunning(ship, facts.endpointLagMs.value)
    fresh.sendNoMore()
    kept.openNoMore()
    ship.mark(ENDPOINT_LAG_OVER)
    await awaitStop(ship, bridge)
    await Promise.all([kept.stop(), fresh.stop()])
  },
})
