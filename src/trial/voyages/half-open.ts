import { RECOVERY_MS, STEADY_BEGAN, WATCH_ENDED, WELL_MS } from '../history/marks/half-open.ts'
import { hasFailed, isBusiness } from '../history/views/request-success.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutDependency } from '../without-dependency.ts'

const STEADY_MS = 2000
/**
 * So late is the dependency, and for so long, before its connections die: of a quick one, one connection would do for all. Of
 * 30 requests a second, about ten stand then; for longer it would be too much for a service that has fewer places.
 */
const CROWDED = { delayMs: 300, forMs: 400 } as const
/** Shorter than {@link WELL_MS}: when nothing has failed for that long, nothing that could fail is on its way. */
const CLIENT_TIMEOUT_MS = 3000
const LOOK_EVERY_MS = 250
const MAX_DEPENDENCIES = 2

export default defineVoyage({
  id: 'half-open',
  title: 'half-open connections',
  description:
    'Under load, each dependency (two at most) is late for a moment, so that connections to it stand; then these are dead and nobody says so, while new ones work. ' +
    'It is over when no request has failed for 5 s, or after 35 s.',
  seconds: { quick: 0, default: 10 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: withoutDependency,
  async sail(bridge) {
    await sideBySide(bridge.facts.dependencies.slice(0, MAX_DEPENDENCIES), bridge, async ({ name }) => {
      await using ship = await bridge.launch({ label: `${name} forgets`, settings: { dependency: name } })
      if (ship.isRunning) await forget(name, ship, bridge)
    })
  },
})

async function forget(name: string, ship: Ship, { facts, say, signal }: Bridge): Promise<void> {
  const shape = { timeoutMs: CLIENT_TIMEOUT_MS }
  const loads = [
    ship.load.keepAlive({ connections: 15, perSecond: 20, ...shape }),
    ship.load.newConnections({ perSecond: 10, ...shape }),
  ]
  ship.mark(STEADY_BEGAN)
  await ship.pause(STEADY_MS)
  await ship.setDependencyFault(name, { kind: 'slow', delayMs: CROWDED.delayMs })
  await ship.pause(CROWDED.forMs)
  say(`${name} has forgotten its connections`)
  await ship.setDependencyFault(name, { kind: 'forget' })
  const from = ship.history.now()
  while (ship.isRunning && !signal.aborted && ship.history.now() < from + RECOVERY_MS + WELL_MS) {
    const badAt = ship.history
      .soFar('request')
      .findLast((request) => request.at >= from && isBusiness(request) && hasFailed(request))?.at
    if (ship.history.now() - (badAt ?? from) >= WELL_MS) break
    await ship.pause(LOOK_EVERY_MS)
  }
  ship.mark(WATCH_ENDED)
  await Promise.all(loads.map((load) => load.stop()))
  await endQuickly(ship, facts)
}
