import {
  PROBING_BEGAN,
  QUIET_BEGAN,
  SATURATION_BEGAN,
  SATURATION_ENDED,
  SINGLE_BEGAN,
} from '../history/marks/saturated-probes.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import { defineVoyage } from '../voyage.ts'

/** What a start leaves to be written and exported is over by then. */
const SETTLING_MS = 700
const QUIET_MS = 1500
const PROBING_MS = 2200
const PROBED_EVERY_MS = 20
const SINGLE_MS = 1000
const SINGLE_PER_SECOND = 10
/** Until every connection stands and has had its turn. */
const WARM_UP_MS = 500
const SATURATION_MS = 5000
const ASKED_EVERY_MS = 50
/** As many users as can wait at a time: well below what a process may open anywhere. */
const CONNECTIONS = 100
const EXPORTED_WITHIN_MS = 1000

export default defineVoyage({
  id: 'saturated-probes',
  title: 'probes of a busy service',
  description: `Some seconds with nothing at all, then with probes and nothing else; one request at a time; and as many as the service answers over ${CONNECTIONS} connections, with probes beside them.`,
  seconds: { quick: 0, default: 13 },
  lives: () => ({ starts: 1, stops: 0 }),
  skipBecause: ({ probes }) =>
    probes.ready === undefined && probes.live === undefined ? 'The service has no probes' : undefined,
  async sail({ facts, launch, say }) {
    await using ship = await launch({ label: 'quiet, then busy', env: OFTEN_EXPORTING })
    if (!ship.isRunning) return
    await ship.pause(SETTLING_MS)
    ship.mark(QUIET_BEGAN)
    await ship.pause(QUIET_MS)
    say('only probes')
    ship.mark(PROBING_BEGAN)
    const stopProbing = ship.probe({ everyMs: PROBED_EVERY_MS })
    await ship.pause(PROBING_MS)
    await stopProbing()
    ship.mark(SINGLE_BEGAN)
    const single = ship.load.keepAlive({ connections: 1, perSecond: SINGLE_PER_SECOND, trace: 'not-sampled' })
    await ship.pause(SINGLE_MS)
    await single.stop()
    say('as many requests as it answers')
    const burning = ship.load.burn({ connections: CONNECTIONS, trace: 'not-sampled' })
    await ship.pause(WARM_UP_MS)
    ship.mark(SATURATION_BEGAN)
    const stopAsking = ship.probe({ everyMs: ASKED_EVERY_MS })
    await ship.pause(SATURATION_MS)
    ship.mark(SATURATION_ENDED)
    burning.sendNoMore()
    await stopAsking()
    await ship.pause(EXPORTED_WITHIN_MS)
    await endQuickly(ship, facts)
  },
})
