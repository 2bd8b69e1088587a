import { BASELINE_BEGAN, BASELINE_ENDED, BURST_BEGAN, BURST_ENDED, RECOVERY_ENDED } from '../history/marks/overload.ts'
import { watchOwnWork } from '../manoeuvres/own-work.ts'
import { endQuickly } from '../ship/end-quickly.ts'
import type { Ship } from '../ship/ship.ts'
import { defineVoyage } from '../voyage.ts'

const CAPACITY_SECONDS = 6
const SECOND_MS = 1000
const CAPACITY_CONNECTIONS = 128
const SETTLE_MS = 1000
const BASELINE_MS = 3000
const BASELINE_CONNECTIONS = 10
/** A twentieth of the capacity, but so many that there is a median, and not more than is needed for one. */
const BASELINE_PER_SECOND = { least: 20, most: 60, share: 0.05 } as const
const BURST_MS = 5000
/**
 * As many clients wait for an answer at most: more than a service of one thread can have under way, and fewer than a process
 * may open anywhere. Endless ones would drown any service that may queue.
 */
const BURST_CONNECTIONS = 400
const BURST_FACTOR = 2
const BURST_TIMEOUT_MS = 10_000
const RECOVERY_MS = 5000
const PROBE_EVERY_MS = 200

export default defineVoyage({
  id: 'overload',
  title: 'overload',
  description:
    'As many requests as the service answers over 128 connections, for its capacity; a small load, for what is normal; twice the capacity for five seconds, over 400 connections; the small load again for five seconds. The liveness probe is asked five times a second.',
  seconds: { quick: 0, default: 21 },
  lives: () => ({ starts: 1, stops: 0 }),
  async sail({ launch, facts, say }) {
    await using ship = await launch({ label: 'overload' })
    say('how much it can do')
    const capacity = await measureCapacity(ship)
    await ship.pause(SETTLE_MS)
    say('what is normal')
    const { least, most, share } = BASELINE_PER_SECOND
    const small = { connections: BASELINE_CONNECTIONS, perSecond: Math.min(most, Math.max(least, capacity * share)) }
    const baseline = ship.load.keepAlive(small)
    ship.mark(BASELINE_BEGAN)
    await ship.pause(BASELINE_MS)
    ship.mark(BASELINE_ENDED)
    await baseline.stop()
    if (ship.isRunning && capacity > 0) {
      say(`twice of ${Math.round(capacity)} requests a second`)
      const stopProbing = ship.probe({ everyMs: PROBE_EVERY_MS, probes: ['live'] })
      await burst(ship, capacity)
      say('after the burst')
      const after = ship.load.keepAlive(small)
      await ship.pause(RECOVERY_MS)
      ship.mark(RECOVERY_ENDED)
      await after.stop()
      await stopProbing()
    }
    await endQuickly(ship, facts)
  },
})

/** The most that were answered in one second: what is slower was not warm, or not alone on the machine. */
async function measureCapacity(ship: Ship): Promise<number> {
  const load = ship.load.burn({ connections: CAPACITY_CONNECTIONS, trace: 'not-sampled', timeoutMs: BURST_TIMEOUT_MS })
  const from = ship.history.now()
  await ship.pause(CAPACITY_SECONDS * SECOND_MS)
  await load.stop()
  const counts = Array.from({ length: CAPACITY_SECONDS }, () => 0)
  for (const { load: name, outcome, status = 500, at } of ship.history.soFar('request')) {
    const second = Math.floor((at - from) / SECOND_MS)
    if (name === 'burn' && outcome === 'answered' && status < 400 && second < CAPACITY_SECONDS)
      counts[second] = (counts[second] ?? 0) + 1
  }
  return Math.max(...counts)
}

async function burst(ship: Ship, capacity: number): Promise<void> {
  const perSecond = capacity * BURST_FACTOR
  const busyRatio = watchOwnWork()
  ship.mark(BURST_BEGAN, { perSecond, capacity, connections: BURST_CONNECTIONS })
  const load = ship.load.keepAlive({
    connections: BURST_CONNECTIONS,
    perSecond,
    trace: 'not-sampled',
    timeoutMs: BURST_TIMEOUT_MS,
  })
  await ship.pause(BURST_MS)
  ship.mark(BURST_ENDED, { busyRatio: busyRatio(), sent: load.sentCount, dropped: load.droppedCount })
  // What is in flight is the service's to answer or not: nobody waits for it.
  void load.stop()
}
