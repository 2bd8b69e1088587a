import { CRASH_PROVOKED } from '../history/marks/crash.ts'
import { defineVoyage } from '../voyage.ts'

const BEFORE_MS = 500
/** For the end of the process, and then for what it still sends. */
const EXIT_MS = 6000
const TELEMETRY = { quietMs: 1500, timeoutMs: 5000 }
/** The crash may wait for what is in flight; the client of the request does not. */
const CLIENT_TIMEOUT_MS = 5000

export default defineVoyage({
  id: 'crash',
  title: 'crash',
  description:
    'Under light load, the request is sent that ends the process by an uncaught error; then what it still sends is waited for.',
  seconds: { quick: 0, default: 3 },
  lives: () => ({ starts: 1, stops: 0 }),
  sailsInCompany: true,
  skipBecause: ({ crash }) =>
    crash === undefined ? 'No request is known that ends the process: say one with --crash /crash' : undefined,
  async sail({ launch, facts, say }) {
    const { crash: route } = facts
    if (route === undefined) return
    await using ship = await launch({ label: 'crash' })
    if (!ship.isRunning) return
    const load = ship.load.keepAlive({ connections: 4, perSecond: 10 })
    await ship.pause(BEFORE_MS)
    say('an uncaught error')
    ship.mark(CRASH_PROVOKED)
    const request = ship.load.once('crash', { route, timeoutMs: CLIENT_TIMEOUT_MS })
    await ship.waitForExit(EXIT_MS)
    load.sendNoMore()
    await Promise.all([request, load.stop()])
    await ship.whenTelemetryIsQuiet(TELEMETRY)
  },
})
