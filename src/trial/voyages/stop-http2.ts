import { ENDPOINT_LAG_OVER, STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, awaitTelemetry, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import { defineVoyage } from '../voyage.ts'

const LOAD_MS = 1000
const STREAMS = { sessions: 5, streamsPerSecond: 100, newSessionsPerSecond: 20 } as const
const SLOW_STREAMS = { sessions: 2, streamsPerSecond: 10, newSessionsPerSecond: 0 } as const

export default defineVoyage({
  id: 'stop-http2',
  title: 'stop over HTTP/2',
  description:
    'Sessions of HTTP/2 with streams, and new sessions, with a wire delay; then the stop signal. New sessions go on coming for the endpoint lag.',
  seconds: { quick: 0, default: 2 },
  sailsInCompany: true,
  skipBecause: ({ protocol }) => (protocol.h2c ? undefined : 'The service does not speak HTTP/2 without TLS'),
  async sail(bridge) {
    const { facts, say } = bridge
    await using ship = await launchForStop(bridge, { label: 'over HTTP/2' })
    if (!ship.isRunning) return
    ship.mark(STOP_LOAD_BEGAN)
    const streams = ship.load.http2(STREAMS)
    const slow = facts.slow === undefined ? [] : [ship.load.http2({ ...SLOW_STREAMS, route: facts.slow })]
    await pauseWhileRunning(ship, LOAD_MS)
    say(`${facts.stopSignal}, ${streams.inFlightCount} streams in flight`)
    ship.signal(facts.stopSignal)
    for (const each of slow) each.openNoMore()
    await pauseWhileRunning(ship, facts.endpointLagMs.value)
    for (const each of [streams, ...slow]) each.openNoMore()
    ship.mark(ENDPOINT_LAG_OVER)
    await awaitStop(ship, bridge)
    await Promise.all([streams, ...slow].map((each) => each.stop()))
    await awaitTelemetry(ship)
  },
})
