import { DELAY_MS, STRETCH_BEGAN, STRETCHES_ENDED } from '../history/marks/slow-dependency.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutDependency } from '../without-dependency.ts'

const MAX_DEPENDENCIES = 2
/** What the service asks of its dependency by itself is seen here, and known again. */
const IDLE_MS = 1000
const WARM_UP_MS = 1000
/** With a dependency that is 2 s late, 40 of them wait at a time. */
const PER_SECOND = 20
const PROBE_EVERY_MS = 50
/** Longer than a request takes when all goes well in the slow arm. */
const CLIENT_TIMEOUT_MS = 5000
/** Until as many wait as ever will, or until the last of them has gone, nothing counts. */
const STRETCHES = [
  { arm: 'fast', countsFrom: 0, ms: 3000 },
  { arm: 'slow', countsFrom: DELAY_MS + 500, ms: DELAY_MS + 6500 },
  { arm: 'fast', countsFrom: DELAY_MS + 1000, ms: DELAY_MS + 4000 },
] as const

export default defineVoyage({
  id: 'slow-dependency',
  title: 'a slow dependency',
  description:
    'Under load of 20 requests a second, each on a connection of its own, each dependency (two at most) is fast for 3 s, 2 s late for 8.5 s, and fast again for 6 s. Liveness is asked all the time.',
  seconds: { quick: 0, default: 20 },
  lives: ({ dependencies }) => ({ starts: Math.min(MAX_DEPENDENCIES, dependencies.length), stops: 0 }),
  skipBecause: withoutDependency,
  async sail(bridge) {
    for (const { name } of bridge.facts.dependencies.slice(0, MAX_DEPENDENCIES)) {
      if (bridge.signal.aborted) return
      await using ship = await bridge.launch({ label: `${name} is slow`, settings: { dependency: name } })
      if (ship.isRunning) await slowDown(name, ship, bridge)
    }
  },
})

async function slowDown(name: string, ship: Ship, { facts, say }: Bridge): Promise<void> {
  await ship.pause(IDLE_MS)
  // Each on a connection of its own: none waits behind another on our side.
  const load = ship.load.newConnections({ perSecond: PER_SECOND, timeoutMs: CLIENT_TIMEOUT_MS, nonce: true })
  const stopProbing = ship.probe({ everyMs: PROBE_EVERY_MS, probes: ['live'] })
  await ship.pause(WARM_UP_MS)
  for (const { arm, countsFrom, ms } of STRETCHES) {
    if (!ship.isRunning) break
    say(`${name} is ${arm}`)
    await ship.setDependencyFault(name, arm === 'slow' ? { kind: 'slow', delayMs: DELAY_MS } : undefined)
    ship.mark(STRETCH_BEGAN, { arm, countsFrom })
    await Promise.race([ship.pause(ms), ship.exited])
  }
  ship.mark(STRETCHES_ENDED)
  await Promise.all([load.stop(), stopProbing()])
  await endQuickly(ship, facts)
}
