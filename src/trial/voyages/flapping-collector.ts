import type { SteadyFault } from '../../receiver/fault.ts'
import {
  FLAPPING_BEGAN,
  LOAD_ENDED,
  NEEDED_FAULTY_EXPORTS,
  RECOVERED,
  RECOVERY_MS,
} from '../history/marks/flapping-collector.ts'
import { awaitItsSpans } from '../manoeuvres/await-its-spans.ts'
import { endOnceTold } from '../manoeuvres/end-once-told.ts'
import { OFTEN_EXPORTING } from '../ship/often-exporting.ts'
import type { Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'
import { withoutTraces } from '../without-telemetry.ts'

const PER_SECOND = 40
const CONNECTIONS = 8
/** So that it was seen that spans arrive at all. */
const BEFORE_MS = 1500
const PHASE_MS = 1000
const FLAPS = { quick: 0, default: 4, soak: 12 } as const
/** Of a port that refuses nobody hears; that the second kind was met is what shows that the service goes on trying. */
const DOWN: readonly SteadyFault[] = [{ kind: 'refuse' }, { kind: 'status', httpStatus: 503 }]
const AFTER_MS = RECOVERY_MS + 1500
/**
 * Pauses between attempts grow: an SDK of Go waits 5, 7.5 and 11.25 s, each by half shorter or longer, so the third, which it
 * may be in when the collector is back, lasts up to 17 s.
 */
const ARRIVAL_LIMIT_MS = 18_000

export default defineVoyage({
  id: 'flapping-collector',
  title: 'flapping collector',
  description:
    'Under steady load the collector is gone for a second (it refuses, or answers 503, in turns) and back for a second, several times, and then stays; up to twice as often where exports sleep through it.',
  seconds: { quick: 0, default: 13 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: withoutTraces,
  async sail({ facts, launch, pace, say }) {
    await using ship = await launch({ label: 'up and down', env: OFTEN_EXPORTING })
    if (!ship.isRunning) return
    const load = ship.load.keepAlive({ connections: CONNECTIONS, perSecond: PER_SECOND })
    await ship.pause(BEFORE_MS)
    ship.mark(FLAPPING_BEGAN)
    const flaps = FLAPS[pace]
    const mayStay = (flap: number): boolean => flap >= flaps && (hasMetEnough(ship) || flap >= 2 * flaps)
    for (let flap = 0; ship.isRunning && !mayStay(flap); flap += 1) {
      say(`the collector is gone, ${flap + 1} of ${Math.max(flap + 1, flaps)}`)
      await ship.setCollectorFault(DOWN[flap % DOWN.length])
      await ship.pause(PHASE_MS)
      await ship.setCollectorFault(undefined)
      if (!mayStay(flap + 1)) await ship.pause(PHASE_MS)
    }
    const recoveredAt = ship.history.now()
    ship.mark(RECOVERED)
    say('the collector is back for good')
    await ship.pause(AFTER_MS)
    await load.stop()
    ship.mark(LOAD_ENDED)
    const fromMs = recoveredAt + RECOVERY_MS
    say('waiting for the spans of after the recovery')
    await awaitItsSpans(ship, { fromMs, timeoutMs: ARRIVAL_LIMIT_MS })
    await endOnceTold(ship, facts, { fromMs })
  },
})

/** An exporter in a pause between two attempts may sleep through the times in which the collector is gone. */
function hasMetEnough({ history }: Ship): boolean {
  return history.soFar('export').filter(({ fault }) => fault !== undefined).length >= NEEDED_FAULTY_EXPORTS
}
