import {
  ABORT_AFTER_MS,
  ABORTING_BEGAN,
  ABORTING_ENDED,
  AFTERWARDS_BEGAN,
  AFTERWARDS_ENDED,
  DEPENDENCY_DELAY_MS,
  NOTICED_WITHIN_MS,
} from '../history/marks/cancellation.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { defineVoyage } from '../voyage.ts'

const WARM_UP_MS = 500
/** One after another, so that their calls can be told apart by time. */
const ABORTS_PER_SECOND = 10
const ABORTS = 20
/** Of several routes some may have no call to give up. */
const MAX_ROUTES = 3
const AFTERWARDS_MS = 1000

export default defineVoyage({
  id: 'cancellation',
  title: 'clients that give up',
  description:
    'While HTTP dependencies answer 800 ms late, 20 clients go away after 100 ms. Then the dependencies are fast again, and ordinary requests follow.',
  seconds: { quick: 0, default: 5 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: ({ dependencies }) =>
    dependencies.some(({ protocol }) => protocol === 'http')
      ? undefined
      : 'No HTTP dependency is known: say one with --dep name=VARIABLE',
  async sail({ facts, launch, say }) {
    await using ship = await launch({ label: 'twenty clients' })
    if (!ship.isRunning) return
    const ordinary = ship.load.keepAlive({ connections: 4, perSecond: 20 })
    await ship.pause(WARM_UP_MS)
    await ordinary.stop()
    const slow = facts.dependencies.filter(({ protocol }) => protocol === 'http')
    for (const { name } of slow) await ship.setDependencyFault(name, { kind: 'slow', delayMs: DEPENDENCY_DELAY_MS })
    say('clients give up')
    ship.mark(ABORTING_BEGAN)
    const aborting = ship.load.aborting({ perSecond: ABORTS_PER_SECOND, afterMs: ABORT_AFTER_MS, nonce: true })
    const abortCount = ABORTS * Math.min(MAX_ROUTES, facts.routes.length)
    while (aborting.sentCount < abortCount && ship.isRunning) await ship.pause(20)
    await aborting.stop()
    // What was not given up is seen to go on to its end.
    await ship.pause(Math.max(DEPENDENCY_DELAY_MS, NOTICED_WITHIN_MS))
    ship.mark(ABORTING_ENDED)
    for (const { name } of slow) await ship.setDependencyFault(name, undefined)
    say('ordinary requests again')
    ship.mark(AFTERWARDS_BEGAN)
    const after = ship.load.keepAlive({ connections: 4, perSecond: 20 })
    await ship.pause(AFTERWARDS_MS)
    await after.stop()
    ship.mark(AFTERWARDS_ENDED)
    await endQuickly(ship, facts)
  },
})
