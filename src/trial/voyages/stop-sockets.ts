import { STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import { withoutSockets } from '../without-sockets.ts'
import { defineVoyage } from '../voyage.ts'

const OPEN_MS = 1000
const SOCKETS = { idle: 5, chatting: 2 } as const
const STREAM_COUNT = 3

export default defineVoyage({
  id: 'stop-sockets',
  title: 'stop with open sockets',
  description: 'Idle and chatting WebSockets, and streams of server-sent events, stand open; then the stop signal.',
  seconds: { quick: 0, default: 2 },
  sailsInCompany: true,
  skipBecause: withoutSockets,
  async sail(bridge) {
    const { facts, say } = bridge
    await using ship = await launchForStop(bridge, { label: 'with open sockets' })
    if (!ship.isRunning) return
    ship.mark(STOP_LOAD_BEGAN)
    if (facts.webSocketPath !== undefined) ship.load.webSockets({ path: facts.webSocketPath, ...SOCKETS })
    if (facts.ssePath !== undefined) ship.load.eventStreams({ path: facts.ssePath, count: STREAM_COUNT })
    await pauseWhileRunning(ship, OPEN_MS)
    say(`${facts.stopSignal} with open sockets`)
    ship.signal(facts.stopSignal)
    await awaitStop(ship, bridge)
  },
})
