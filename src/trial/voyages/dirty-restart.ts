import { quietPort } from '../../process/quiet-port.ts'
import type { DirtyRestartStep } from '../history/views/dirty-restart.ts'
import { pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { makeFreshFolder } from '../ship/fresh-folder.ts'
import type { Bridge, LaunchOptions, Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const LOAD_MS = 800
const KEPT = { connections: 4, perSecond: 20 } as const
const NEW_PER_SECOND = 20
const SLOW_IN_FLIGHT = 3
const SLOW_LIMIT_MS = 2000
const KILL_LIMIT_MS = 5000
/** Once it is ready again. */
const AFTER_READY_MS = 600

export default defineVoyage({
  id: 'dirty-restart',
  title: 'restart after SIGKILL',
  description:
    'Under load, the service is killed with SIGKILL, and started again at once on the same port, with the same folder for its temporary files.',
  seconds: { quick: 0, default: 2 },
  lives: () => ({ starts: 2, stops: 0 }),
  sailsInCompany: true,
  async sail(bridge) {
    const { facts, signal } = bridge
    const port = facts.portVariable === undefined ? facts.port.value : await quietPort(facts.host)
    const folder = await makeFreshFolder()
    const launch = (step: DirtyRestartStep, label: string): Promise<Ship> => {
      const options: LaunchOptions = { label, settings: { step }, port, folder: folder.path }
      return bridge.launch(options)
    }
    try {
      const isKilled = await killUnderLoad(await launch('killed', 'killed under load'), bridge)
      if (isKilled && !signal.aborted) await useAgain(await launch('restarted', 'started again'), bridge)
    } finally {
      await folder.remove()
    }
  },
})

async function killUnderLoad(launched: Ship, { clock, say }: Bridge): Promise<boolean> {
  await using ship = launched
  if (!ship.isRunning) return false
  const { load } = ship
  const loads = [load.keepAlive(KEPT), load.newConnections({ perSecond: NEW_PER_SECOND })]
  const slow = load.slow({ inFlight: SLOW_IN_FLIGHT })
  await pauseWhileRunning(ship, LOAD_MS)
  const until = clock.now() + SLOW_LIMIT_MS
  while (ship.isRunning && slow.inFlightCount === 0 && clock.now() < until) await ship.pause(10)
  say(`SIGKILL, ${slow.inFlightCount} slow requests in flight`)
  const isKilled = ship.signal('SIGKILL')
  for (const each of [...loads, slow]) each.sendNoMore()
  await ship.waitForExit(KILL_LIMIT_MS)
  return isKilled
}

async function useAgain(launched: Ship, { facts }: Bridge): Promise<void> {
  await using ship = launched
  const loads = [ship.load.keepAlive(KEPT), ship.load.newConnections({ perSecond: NEW_PER_SECOND })]
  await pauseWhileRunning(ship, AFTER_READY_MS)
  await Promise.all(loads.map((load) => load.stop()))
  await endQuickly(ship, facts)
}
