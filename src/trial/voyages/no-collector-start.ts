import type { Fault } from '../../receiver/fault.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import { EXPORTING_SOON } from '../ship/often-exporting.ts'
import { defineVoyage } from '../voyage.ts'

/** Each way in which a collector is not there; the first one alone when there is little time. */
const WAYS: readonly { readonly label: string; readonly fault: Fault }[] = [
  { label: 'collector blackholed', fault: { kind: 'blackhole' } },
  { label: 'collector refused', fault: { kind: 'refuse' } },
]
const AFTER_READY_MS = 1000
const PROBE_MS = 50
/** Longer than the trial allows, so that one that is late is seen to be. */
const PATIENCE = { ratio: 2, ms: 3500 } as const

export default defineVoyage({
  id: 'no-collector-start',
  title: 'starts without a collector',
  description:
    'A start while the collector takes connections and never answers, and one while it refuses them; some requests once the service is ready, so that there is something to send.',
  seconds: { quick: 1.5, default: 3 },
  lives: (_, pace) => ({ starts: pace === 'quick' ? 1 : WAYS.length, stops: 0 }),
  async sail(bridge) {
    const { facts, pace } = bridge
    for (const { label, fault } of pace === 'quick' ? WAYS.slice(0, 1) : WAYS) {
      bridge.say(label)
      await using ship = await bridge.launch({
        label,
        settings: { collector: fault.kind },
        until: 'spawned',
        collector: fault,
        env: EXPORTING_SOON,
      })
      const stopProbes = ship.probe({ everyMs: PROBE_MS })
      const normalMs = facts.normal.readyAfterMs
      const isReady = await ship.whenReady(Math.max(PATIENCE.ratio * normalMs, normalMs) + PATIENCE.ms)
      if (isReady) {
        const load = ship.load.newConnections({ perSecond: 10 })
        await ship.pause(AFTER_READY_MS)
        await load.stop()
      }
      await stopProbes()
      await endQuickly(ship, facts)
    }
  },
})
