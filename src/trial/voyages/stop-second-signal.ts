import { pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { launchForStop } from '../manoeuvres/launch-for-stop.ts'
import type { Bridge } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const HELD_MS = 20_000
const HELD_COUNT = 4
const LOAD_MS = 600
const BETWEEN_MS = 300
/** A second is what it has; more, so that no noise explains that it is still there. Only a bad service takes so long. */
const FORCED_LIMIT_MS = 3500
const KILL_LIMIT_MS = 5000

export default defineVoyage({
  id: 'stop-second-signal',
  title: 'second signal',
  description:
    'With uploads that would last 20 s, the stop signal, and the same again 300 ms later; the same with SIGINT.',
  seconds: { quick: 0, default: 3 },
  lives: () => ({ starts: 2, stops: 0 }),
  async sail(bridge) {
    const { facts, say } = bridge
    const signals = [...new Set<NodeJS.Signals>([facts.stopSignal, 'SIGINT'])]
    say(`${signals.join(' and ')}, twice`)
    for (const signal of signals) await signalTwice(signal, bridge)
  },
})

async function signalTwice(signal: NodeJS.Signals, bridge: Bridge): Promise<void> {
  await using ship = await launchForStop(bridge, { label: `${signal} twice`, settings: { signal } })
  if (!ship.isRunning) return
  const held = [ship.load.drip({ inFlight: HELD_COUNT, lastMs: HELD_MS }), ship.load.slow({ inFlight: HELD_COUNT })]
  await pauseWhileRunning(ship, LOAD_MS)
  ship.signal(signal)
  for (const each of held) each.sendNoMore()
  await pauseWhileRunning(ship, BETWEEN_MS)
  if (!ship.signal(signal)) return
  if (await ship.waitForExit(FORCED_LIMIT_MS)) return
  ship.signal('SIGKILL')
  await ship.waitForExit(KILL_LIMIT_MS)
}
