import {
  BOUND_MS,
  HANGING_BEGAN,
  HANGING_ENDED,
  HANGING_LOAD,
  PATIENCE_MS,
  STEADY_BEGAN,
  STEADY_LOAD,
} from '../history/marks/deadlines.ts'
import { sideBySide } from '../manoeuvres/side-by-side.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Bridge, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutDependency } from '../without-dependency.ts'

const MAX_DEPENDENCIES = 2
const MAX_ROUTES = 4
/** So many that some come after a circuit has opened, if there is one, and others before. */
const PER_ROUTE = 8
const EVERY_MS = 50
/** For the requests before: they only show what is usual. */
const STEADY_TIMEOUT_MS = 5000

export default defineVoyage({
  id: 'deadlines',
  title: 'a dependency that hangs',
  description:
    'Each dependency (two at most) takes connections and says nothing, those that stand included, and eight requests are sent to each route (four at most). ' +
    'It is over as soon as all of them have ended, after 31 s at the latest.',
  seconds: { quick: 0, default: 8 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: withoutDependency,
  async sail(bridge) {
    await sideBySide(bridge.facts.dependencies.slice(0, MAX_DEPENDENCIES), bridge, async ({ name }) => {
      await using ship = await bridge.launch({ label: `${name} hangs`, settings: { dependency: name } })
      if (ship.isRunning) await hang(name, ship, bridge)
    })
  },
})

async function hang(name: string, ship: Ship, { facts, say, signal }: Bridge): Promise<void> {
  const count = PER_ROUTE * Math.min(MAX_ROUTES, facts.routes.length)
  const send = async (load: string, timeoutMs: number): Promise<unknown> => {
    const sent: Promise<unknown>[] = []
    for (let index = 0; index < count && ship.isRunning && !signal.aborted; index += 1) {
      const route = facts.routes[index % Math.min(MAX_ROUTES, facts.routes.length)]
      sent.push(ship.load.once(load, { timeoutMs, ...(route === undefined ? {} : { route }) }))
      await ship.pause(EVERY_MS)
    }
    return Promise.all(sent)
  }
  ship.mark(STEADY_BEGAN)
  await send(STEADY_LOAD, STEADY_TIMEOUT_MS)
  say(`${name} says nothing`)
  await ship.setDependencyFault(name, { kind: 'blackhole' })
  ship.mark(HANGING_BEGAN)
  await send(HANGING_LOAD, BOUND_MS + PATIENCE_MS)
  ship.mark(HANGING_ENDED)
  await endQuickly(ship, facts)
}
