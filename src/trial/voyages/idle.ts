import { IDLE_BEGAN, IDLE_ENDED } from '../history/marks/idle.ts'
import { idleWindows } from '../history/views/idle-windows.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { isQuiet } from '../verdict/judge-idleness.ts'
import { defineVoyage } from '../voyage.ts'

/** Some ordinary requests first, so that what begins with the first of them has begun. */
const WARM_UP_MS = 1000
const PER_SECOND = 20
/** For what the start and the last requests leave to be done. */
const SETTLE_MS = 2000
const IDLE_MS = 5000
/** What a single one shows may be something that is done once, or once a minute. */
const MAX_WINDOWS = 3

export default defineVoyage({
  id: 'idle',
  title: 'without work',
  description:
    'Some requests, then nothing for five seconds: no request and no probe, only the readings of the kernel. Up to twice more where it was not quiet.',
  seconds: { quick: 0, default: 9 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: ({ machine }) =>
    machine.isLinux ? undefined : 'The processor time of a process can be read on Linux only',
  async sail({ launch, facts, say, signal }) {
    await using ship = await launch({ label: 'without work' })
    const load = ship.load.keepAlive({ connections: 2, perSecond: PER_SECOND })
    await ship.pause(WARM_UP_MS)
    await load.stop()
    await ship.pause(SETTLE_MS)
    for (let count = 1; count <= MAX_WINDOWS && ship.isRunning && !signal.aborted; count++) {
      say(`nothing to do, ${count}`)
      await ship.read()
      ship.mark(IDLE_BEGAN)
      await ship.pause(IDLE_MS)
      await ship.read()
      ship.mark(IDLE_ENDED)
      const last = idleWindows(ship.history.lifetime()).at(-1)
      if (last !== undefined && isQuiet(last)) break
    }
    await endQuickly(ship, facts)
  },
})
