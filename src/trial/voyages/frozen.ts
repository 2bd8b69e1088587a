import { BUSY_BEGAN, BUSY_ENDED, FROZEN, THAWED } from '../history/marks/frozen.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { defineVoyage } from '../voyage.ts'

const FROZEN_MS = 4000
const PROBE_MS = 50
const BEFORE_MS = 500
/** A little more than the trial gives it to come back. */
const AFTER_MS = 2300
const BUSY_MS = 2000
const BUSY_CONNECTIONS = 50

export default defineVoyage({
  id: 'frozen',
  title: 'frozen',
  description:
    'Every process of the service is stopped (SIGSTOP) for some seconds and goes on (SIGCONT); then it gets more than it can do at once. Liveness is asked all the time.',
  seconds: { quick: 0, default: 9 },
  lives: () => ({ starts: 1, stops: 0 }),
  skipBecause: ({ probes }) =>
    probes.live === undefined ? 'The service has no liveness probe; declare its path with --live' : undefined,
  async sail(bridge) {
    const { facts } = bridge
    await using ship = await bridge.launch({ label: 'frozen and thawed' })
    const stopProbes = ship.probe({ everyMs: PROBE_MS, probes: ['live'] })
    await ship.pause(BEFORE_MS)
    bridge.say('frozen')
    ship.freeze()
    ship.mark(FROZEN)
    await ship.pause(FROZEN_MS)
    ship.mark(THAWED)
    ship.thaw()
    await ship.pause(AFTER_MS)
    if (ship.isRunning) {
      bridge.say('busy')
      ship.mark(BUSY_BEGAN)
      const loads = [
        ship.load.burn({ connections: BUSY_CONNECTIONS, trace: 'none' }),
        ...(facts.slow === undefined ? [] : [ship.load.slow({ inFlight: 20, trace: 'none' })]),
      ]
      await ship.pause(BUSY_MS)
      for (const load of loads) load.sendNoMore()
      ship.mark(BUSY_ENDED)
      await Promise.all(loads.map((load) => load.stop()))
    }
    await stopProbes()
    await endQuickly(ship, facts)
  },
})
