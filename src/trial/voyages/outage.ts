import { RECOVERY_WATCHED, STEADY_BEGAN } from '../history/marks/outage.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Bridge, DependencyFault, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutDependency } from '../without-dependency.ts'

const STEADY_MS = { quick: 1500, default: 2000 } as const
/** Ways of being away, one after another. Only in the last two does anybody see how often it is dialled. */
const AWAY: readonly {
  readonly fault: DependencyFault
  readonly ms: { readonly quick: number; readonly default: number }
  readonly says: string
}[] = [
  { fault: { kind: 'refuse' }, ms: { quick: 2500, default: 5000 }, says: 'refuses' },
  { fault: { kind: 'reset' }, ms: { quick: 2000, default: 3000 }, says: 'cuts' },
  // With the others long enough for a readiness that may lag by 10 s: of what is said after those, 20 answers are needed.
  { fault: { kind: 'blackhole' }, ms: { quick: 2500, default: 7000 }, says: 'says nothing' },
]
/** Five seconds in which it may get well, and three in which it has to be. */
const WATCHED_MS = 8000
const PROBE_EVERY_MS = 100
/** A client that waits longer would tell us nothing in the time that there is. */
const CLIENT_TIMEOUT_MS = 3000
const MAX_DEPENDENCIES = 2

export default defineVoyage({
  id: 'outage',
  title: 'outage of a dependency',
  description:
    'Under load, each dependency (two at most) refuses connections for 5 s, cuts them for 3 s, takes them and says nothing for 7 s, and is back.',
  seconds: { quick: 0, default: 25 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: withoutDependency,
  async sail(bridge) {
    await sideBySide(bridge.facts.dependencies.slice(0, MAX_DEPENDENCIES), bridge, async ({ name }) => {
      await using ship = await bridge.launch({ label: `without ${name}`, settings: { dependency: name } })
      if (ship.isRunning) await takeAway(name, ship, bridge)
    })
  },
})

async function takeAway(name: string, ship: Ship, { facts, say, pace }: Bridge): Promise<void> {
  const tempo = pace === 'quick' ? 'quick' : 'default'
  const shape = { timeoutMs: CLIENT_TIMEOUT_MS }
  const loads = [
    ship.load.keepAlive({ connections: 10, perSecond: 20, ...shape }),
    ship.load.newConnections({ perSecond: 10, ...shape }),
  ]
  const stopProbing = ship.probe({ everyMs: PROBE_EVERY_MS })
  ship.mark(STEADY_BEGAN)
  await ship.pause(STEADY_MS[tempo])
  for (const { fault, ms, says } of AWAY) {
    say(`${name} ${says}`)
    await ship.setDependencyFault(name, fault)
    await pauseWhileRunning(ship, ms[tempo])
  }
  say(`${name} is back`)
  await ship.setDependencyFault(name, undefined)
  await pauseWhileRunning(ship, WATCHED_MS)
  ship.mark(RECOVERY_WATCHED)
  await Promise.all([...loads.map((load) => load.stop()), stopProbing()])
  await endQuickly(ship, facts)
}

/** Of a service that has ended nothing more can be seen. */
async function pauseWhileRunning(ship: Ship, ms: number): Promise<void> {
  if (ship.isRunning) await Promise.race([ship.pause(ms), ship.exited])
}
