import { DEPENDENCY_RETURNED, RECOVERY_MS } from '../history/marks/no-dependency-start.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { defineVoyage } from '../voyage.ts'

const DEPENDENCIES = { quick: 1, default: 2, soak: 4 } as const
const PROBE_MS = 50
/** How long the dependency stays away once the service could have been ready. */
const AWAY_MS = 2500
const AFTER_RECOVERY_MS = 1000

export default defineVoyage({
  id: 'no-dependency-start',
  title: 'starts without a dependency',
  description: `A start for each of the first two dependencies while it refuses connections, with probes and load. It works again after some seconds, and the service has ${RECOVERY_MS / 1000} s to become ready.`,
  seconds: { quick: 5, default: 5 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: ({ dependencies }) =>
    dependencies.length === 0
      ? 'No dependency is known; declare one with --dep name=VARIABLE, the variable that holds its address'
      : undefined,
  async sail(bridge) {
    const { facts, pace } = bridge
    await sideBySide(facts.dependencies.slice(0, DEPENDENCIES[pace]), bridge, async ({ name }) => {
      bridge.say(`without ${name}`)
      await using ship = await bridge.launch({
        label: `without ${name}`,
        settings: { dependency: name },
        until: 'spawned',
        dependencies: { [name]: { kind: 'refuse' } },
      })
      const stopProbes = ship.probe({ everyMs: PROBE_MS })
      const load = ship.load.newConnections({ perSecond: 20 })
      await ship.waitForExit(facts.normal.readyAfterMs + AWAY_MS)
      await ship.setDependencyFault(name, undefined)
      ship.mark(DEPENDENCY_RETURNED)
      if (ship.isRunning) {
        bridge.say(`${name} is back`)
        await ship.whenReady(RECOVERY_MS + 500)
        await ship.pause(AFTER_RECOVERY_MS)
      }
      await load.stop()
      await stopProbes()
      await endQuickly(ship, facts)
    })
  },
})
