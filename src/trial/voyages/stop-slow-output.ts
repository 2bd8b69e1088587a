import type { ListeningEvent } from '../history/process-events.ts'
import { ENDPOINT_LAG_OVER, STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, awaitTelemetry, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { keepBusyUntilClosed } from '../manoeuvres/keep-busy.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import type { Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

/** A reader that lags catches up at last: whoever waits for it, after its listener has closed, need not wait for ever. */
const HURRY_AFTER_MS = 150
const CLOSED_LIMIT_MS = 15_000
/** So much that lines of a usual length fill the pipe before the signal. */
const LOAD_MS = 2500
const KEPT = { connections: 20, perSecond: 120, nonce: true } as const
const FRESH = { perSecond: 40, nonce: true } as const

export default defineVoyage({
  id: 'stop-slow-output',
  title: 'stop while output is read slowly',
  description:
    'Standard output is read a little at a time, so that its pipe fills, until 150 ms after the listener has closed; load with a trace context and a unique text in each request, then the stop signal.',
  seconds: { quick: 0, default: 3 },
  sailsInCompany: true,
  async sail(bridge) {
    const { facts, say } = bridge
    await using ship = await launchForStop(bridge, { label: 'output read slowly', readsSlowly: true })
    if (!ship.isRunning) return
    ship.mark(STOP_LOAD_BEGAN)
    const kept = ship.load.keepAlive(KEPT)
    const fresh = ship.load.newConnections(FRESH)
    await pauseWhileRunning(ship, LOAD_MS)
    say(`${facts.stopSignal} while output is read slowly`)
    ship.signal(facts.stopSignal)
    await pauseWhileRunning(ship, facts.endpointLagMs.value)
    fresh.sendNoMore()
    kept.openNoMore()
    ship.mark(ENDPOINT_LAG_OVER)
    const last = ship.isRunning ? [keepBusyUntilClosed(ship, { nonce: true })] : []
    await untilClosed(ship)
    await pauseWhileRunning(ship, HURRY_AFTER_MS)
    ship.hurryOutput()
    await awaitStop(ship, bridge)
    await Promise.all([kept, fresh, ...last].map((each) => each.stop()))
    await awaitTelemetry(ship)
  },
})

/** Resolves when the service takes no more connections, or has ended, or after a while. */
async function untilClosed(ship: Ship): Promise<void> {
  const isOurs = (event: ListeningEvent): boolean => event.what === 'closed' && event.port === ship.port
  if (!ship.isRunning || ship.history.soFar('listening').some(isOurs)) return
  await Promise.race([ship.history.waitFor('listening', isOurs, CLOSED_LIMIT_MS), ship.exited])
}
