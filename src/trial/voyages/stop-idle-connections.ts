import { STOP_LOAD_BEGAN } from '../history/marks/stop.ts'
import { awaitStop, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import { defineVoyage } from '../voyage.ts'

const LOAD_MS = 800
/** Connections that never say a word. */
const SILENT = { connections: 5 } as const
const KEPT = { connections: 8, perSecond: 20 } as const
/** So slow that it is never: what is more than the kernel's buffers hold stays in the service. */
const NEVER_READS = { inFlight: 1, bytesPerSecond: 1 } as const

export default defineVoyage({
  id: 'stop-idle-connections',
  title: 'stop with idle connections',
  description:
    'Connections that never say a word, kept connections whose clients send nothing more, and a client that never reads its answer stand open when the stop signal comes, and nobody closes them but the service.',
  seconds: { quick: 0, default: 1 },
  sailsInCompany: true,
  async sail(bridge) {
    const { facts, say } = bridge
    await using ship = await launchForStop(bridge, {
      label: 'with idle connections',
      settings: { holdsRequests: true },
    })
    if (!ship.isRunning) return
    ship.mark(STOP_LOAD_BEGAN)
    ship.load.idle(SILENT)
    const kept = ship.load.keepAlive(KEPT)
    // Busy at the signal and idle after it: the ones that a plain close of the server leaves open.
    const busy = facts.slow === undefined ? [] : [ship.load.keepAlive({ ...KEPT, route: facts.slow })]
    const reader = ship.load.slowReaders(NEVER_READS)
    await pauseWhileRunning(ship, LOAD_MS)
    say(`${facts.stopSignal} with idle connections`)
    ship.signal(facts.stopSignal)
    for (const each of [kept, ...busy, reader]) each.sendNoMore()
    await awaitStop(ship, bridge)
  },
})
