import { firstReady } from '../history/views/first-ready.ts'
import { awaitStop, pauseWhileRunning } from '../manoeuvres/await-stop.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Bridge } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

/** Of the time that a start takes. */
const PHASES = [0.1, 0.3, 0.5, 0.7, 0.9] as const
const PROBE_EVERY_MS = 20
/** Of phases whose signal came too late, because the start was shorter than the one before: in all. */
const REPEATS = 3

export default defineVoyage({
  id: 'stop-while-starting',
  title: 'stop while starting',
  description:
    'One start is measured; then the service is started five times more, and gets its stop signal when 10, 30, 50, 70 and 90 % of that time are over; once more where it was ready sooner.',
  seconds: { quick: 0, default: 1 },
  // Together, the five take as long as two and a half.
  lives: () => ({ starts: 3.5, stops: 5 }),
  sailsInCompany: true,
  async sail(bridge) {
    let startMs = await measureStart(bridge)
    let repeats = REPEATS
    for (const phase of PHASES) {
      for (let isLate = true; isLate;) {
        if (startMs === undefined || bridge.signal.aborted) return
        const { isEnded, readyAfterMs } = await stopAt(phase, startMs, bridge)
        // One that does not end costs its whole grace period, and the next one would show nothing new.
        if (!isEnded) return
        startMs = Math.min(startMs, readyAfterMs ?? startMs)
        isLate = readyAfterMs !== undefined && repeats-- > 0
      }
    }
  },
})

/** How long the service takes to be ready, at best: later, a signal would come too late. `undefined` when it never was. */
async function measureStart(bridge: Bridge): Promise<number | undefined> {
  const { facts } = bridge
  bridge.say('a start')
  await using ship = await bridge.launch({ label: 'a start as usual', until: 'spawned' })
  const stopProbes = ship.probe({ everyMs: PROBE_EVERY_MS, probes: ['ready'] })
  await ship.whenReady(facts.startupMs.value)
  await stopProbes()
  const ready = firstReady(ship.history.lifetime(), facts)
  await endQuickly(ship, facts)
  return ready === undefined ? undefined : Math.min(ready.afterMs, facts.normal.readyAfterMs)
}

/** How a life ended that was signalled in the middle of its start. */
interface StoppedStart {
  /** By itself, and in time. */
  readonly isEnded: boolean
  /** When it was ready, where that was before the signal: this start was shorter than the one that was measured. */
  readonly readyAfterMs?: number
}

async function stopAt(phase: number, startMs: number, bridge: Bridge): Promise<StoppedStart> {
  const { facts, say } = bridge
  const label = `${facts.stopSignal} at ${Math.round(phase * 100)} % of a start`
  say(label)
  await using ship = await bridge.launch({ label, settings: { phase, startMs }, until: 'spawned' })
  const stopProbes = ship.probe({ everyMs: PROBE_EVERY_MS, probes: ['ready'] })
  const spawnedAt = ship.history.soFar('spawned')[0]?.at ?? 0
  await pauseWhileRunning(ship, Math.max(0, spawnedAt + phase * startMs - ship.history.now()))
  const ready = firstReady(ship.history.lifetime(), facts)
  const wasThere = ship.signal(facts.stopSignal)
  await stopProbes()
  const isEnded = !wasThere || (await awaitStop(ship, bridge))
  return { isEnded, ...(ready === undefined ? {} : { readyAfterMs: ready.afterMs }) }
}
